"""What can be wrong in a file of reference data, said so that a person can put it right."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileProblem:
    """One thing that is wrong, where it stands, and what would be right.

    `row` counts as a spreadsheet does: the header is row 1. `column` is empty when the whole row or file is meant.
    """

    file: str
    row: int
    column: str
    wrong: str
    right: str

    def __str__(self) -> str:
        place = f"{self.file}, row {self.row}" + (f", column {self.column}" if self.column else "")
        return f"{place}: {self.wrong}; right would be {self.right}"


class ReferenceDataError(ValueError):
    """The files hold something wrong, so nothing was written; `problems` lists all of it."""

    def __init__(self, problems: list[FileProblem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
