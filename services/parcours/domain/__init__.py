"""Rules of the pathways: pure, no input or output, each number with its date of effect and its source."""
