"""What a child says when it will not take its input."""


class Refused(ValueError):
    """A reason, as a code that the caller puts into words, and the place or number that belongs to it."""

    def __init__(self, code: str, at: object = "") -> None:
        super().__init__(code)
        self.code, self.at = code, str(at)
