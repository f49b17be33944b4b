"""Reading one file of reference data into rows of plain values."""

import csv
import io
import itertools
from pathlib import Path

from directory.reference.cells import WrongCellError, cell_reader
from directory.reference.lists import ReferenceList
from directory.reference.problems import FileProblem
from directory.reference.rows import FileRow


def read_list(reference_list: ReferenceList, folder: Path) -> tuple[list[FileRow], list[FileProblem]]:
    """Return the rows of the list's file in `folder`, and everything that is wrong in it.

    The file is UTF-8 CSV with a header. Rows with a wrong cell are left out of the result.
    """
    name = reference_list.file
    try:
        text = (folder / name).read_text(encoding="utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except FileNotFoundError:
        return [], [FileProblem(name, 1, "", "the file is missing", f"a file {name} in {folder}")]
    except UnicodeDecodeError as error:
        return [], [FileProblem(name, 1, "", f"byte {error.start} is not UTF-8", "a file saved as UTF-8")]
    except csv.Error as error:
        return [], [FileProblem(name, 1, "", f"not a CSV file ({error})", "cells parted by commas, quotes closed")]

    header = [cell.strip() for cell in lines[0]] if lines else []
    if wrong_header := _header_problems(reference_list, header):
        return [], wrong_header

    rows, problems = _rows(reference_list, header, lines)
    problems += _twins(reference_list, rows)
    if reference_list.compute is not None:
        reference_list.compute(rows)
    for check in reference_list.checks:
        problems += check(name, rows)
    return rows, problems


def _rows(
    reference_list: ReferenceList, header: list[str], lines: list[list[str]]
) -> tuple[list[FileRow], list[FileProblem]]:
    """Return the rows below the header whose cells are all right, and the problems of the others."""
    fields = [reference_list.field_of(column) for column in header]
    readers = [cell_reader(field) for field in fields]
    rows: list[FileRow] = []
    problems: list[FileProblem] = []
    for number, cells in enumerate(itertools.islice(lines, 1, None), start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            wrong, right = f"{len(cells)} cells", f"{len(header)} cells, as in the header"
            problems.append(FileProblem(reference_list.file, number, "", wrong, right))
            continue
        row = FileRow(number, {"is_active": True})
        wrong_before = len(problems)
        for column, field, read, cell in zip(header, fields, readers, cells, strict=True):
            try:
                row.values[field.name] = read(cell)
            except WrongCellError as error:
                problems.append(FileProblem(reference_list.file, number, column, error.wrong, error.right))
        if not row.values.get("source"):
            problems.append(FileProblem(reference_list.file, number, "source", "empty", "where this fact is from"))
        if len(problems) == wrong_before:
            rows.append(row)
    return rows, problems


def _header_problems(reference_list: ReferenceList, header: list[str]) -> list[FileProblem]:
    expected = ", ".join(reference_list.columns)
    missing = [column for column in reference_list.columns if column not in header]
    unknown = [column for column in header if column not in reference_list.columns]
    twice = sorted({column for column in header if header.count(column) > 1})
    return [
        FileProblem(reference_list.file, 1, column, wrong, f"the columns {expected}")
        for columns, wrong in ((missing, "is missing"), (unknown, "is not known"), (twice, "stands twice"))
        for column in columns
    ]


def _twins(reference_list: ReferenceList, rows: list[FileRow]) -> list[FileProblem]:
    first_of: dict[tuple[str, ...], int] = {}
    problems = []
    for row in rows:
        key = reference_list.key_of(row.values)
        first = first_of.setdefault(key, row.number)
        if first != row.number:
            wrong = f"{' · '.join(key)} stands already in row {first}"
            problems.append(
                FileProblem(reference_list.file, row.number, reference_list.key[0], wrong, "one row for it")
            )
    return problems
