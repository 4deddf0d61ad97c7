"""Read side: one statement a function, set-based where commands use it."""
