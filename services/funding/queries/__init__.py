"""Read side: one statement a function."""
