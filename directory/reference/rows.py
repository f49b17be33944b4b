"""A row of a reference file, read and checked."""

from dataclasses import dataclass

from directory.reference.cells import Values


@dataclass(frozen=True)
class FileRow:
    """One row of a file: its number as a spreadsheet counts, and its plain values by field."""

    number: int
    values: Values
