"""Rules of the money: pure, no input or output."""
