"""What stops a start, said to the person who typed the command."""


class StartRefused(Exception):
    """Something is missing or taken; the message is a French sentence that says what to do."""
