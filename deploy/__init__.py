"""How the platform is installed, started and filled: local launcher, Kafka, containers, demonstration data."""
