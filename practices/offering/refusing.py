"""Why something cannot be done with a practice."""


class PracticeRefused(ValueError):
    """The practice is not in a state, or the person not in a position, that allows this; the message is for people."""
