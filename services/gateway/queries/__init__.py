"""Reading the views: a region and a year are read together, pages and answers take their part of it."""
