"""One column of a file, and where it goes."""

from dataclasses import dataclass

from surveys.importing.layout.tools import KEEP

QUESTION = "question"
OPTION = "option="
"""Begins the part of a column that says yes or no to one option; alone where a person has yet to say to which."""
REPEATS = "repeats"
"""How a column is known that repeats although its question takes one answer, or is answered in another sheet."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and where it goes.

    goes: "question:CODE", "question:CODE:PART" (a part of money, "code", "other", or "option=CODE"), one of the
    constants of `tools`, or KEEP: kept with the response, answers no question. how: by what that was proposed.
    """

    index: int
    letter: str
    heading: str
    key: str
    goes: str = KEEP
    how: str = ""
    sheet: str = ""
    repeat: int = 0
    """Which repetition it answers, from 0, where repetitions stand side by side in one row."""
    is_repeated: bool = False
    """Whether it stands among such, or in a sheet that repeats."""

    @property
    def name(self) -> str:
        """How choices know the column, also where another sheet has the same heading."""
        return f"{self.sheet}\n{self.key}" if self.sheet else self.key

    @property
    def question(self) -> str:
        """Code of the question that it answers; empty where it answers none."""
        return question_of(self.goes)

    @property
    def part(self) -> str:
        """Which part of the answer it holds; empty for the whole."""
        parts = self.goes.split(":", 2)
        return parts[2] if parts[0] == QUESTION and len(parts) == 3 else ""

    @property
    def option(self) -> str:
        """Code of the one option that it says yes or no to; empty for other columns."""
        return self.part.removeprefix(OPTION) if self.part.startswith(OPTION) else ""

    @property
    def lacks_option(self) -> bool:
        """Whether a person has said that it is of one option, and not yet of which."""
        return self.part == OPTION

    def record(self) -> dict[str, str]:
        """Return the column as an import keeps it."""
        return {
            "sheet": self.sheet,
            "letter": self.letter,
            "heading": self.heading,
            "key": self.key,
            "goes": self.goes,
            "how": self.how,
        }


def question_of(goes: str) -> str:
    """Return the code of the question that a column answers which goes there; empty where it answers none."""
    parts = goes.split(":", 2)
    return parts[1] if parts[0] == QUESTION else ""
