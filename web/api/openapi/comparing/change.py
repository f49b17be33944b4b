"""One change between two schemas."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
Changes = Iterator["SchemaChange"]


@dataclass(frozen=True, order=True)
class SchemaChange:
    """What is different, where, and whether a client made for the older schema may fail on it."""

    where: str
    what: str
    breaks: bool

    def __str__(self) -> str:
        """Return a line for people."""
        return f"{'BREAKS' if self.breaks else 'adds'}  {self.where}: {self.what}"
