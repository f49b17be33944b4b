"""Tables as plain rows: what a page shows and a file holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

NOT_STATED = "n/a"
"""As the 2018 paper prints what a country does not state."""


@dataclass(frozen=True)
class ResultTable:
    """A table of results. `notes`: sentences that stand below it, on the page and in every file."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str | int | None]]
    notes: Sequence[str] = field(default_factory=list)
