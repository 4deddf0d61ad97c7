"""Rules of the registry: pure, no input or output."""
