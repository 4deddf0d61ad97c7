"""The one-command launcher: every part of the platform on one machine, without a container."""
