"""The screens: what a request asks for, read in the views and laid out once, for its page, its files and the API."""
