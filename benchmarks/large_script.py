"""What a person would write who has no import: the same cells as responses and answers, by `bulk_create`.

It checks nothing, resolves no name, makes no posting, leaves no history and cannot be undone: the least that a file
costs in this database by Django's own means.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl

AT_ONCE = 500
ASKED = ("about/", "offer/", "more/")


def store(path: Path, *, survey: Any) -> int:
    """Store each row of a made-up file as a response, each answer as a row; return how many answers there were."""
    from directory.models import Country
    from surveys.models import Answer, Response

    countries = Country.objects.in_bulk()
    repeated, rows = _sheets(path)
    stored = 0
    while some := list(islice(rows, AT_ONCE)):
        responses = Response.objects.bulk_create(
            Response(
                survey=survey,
                country=countries[row["about/country"]],
                key=row["_uuid"],
                as_printed=row,
                source_row=number,
            )
            for number, row in some
        )
        answers = [
            Answer(response=response, question=question, repeat=repeat, value=value, as_given=value)
            for response, (_number, row) in zip(responses, some, strict=True)
            for question, repeat, value in _answers(row, repeated[row["_index"]])
        ]
        stored += len(Answer.objects.bulk_create(answers, batch_size=AT_ONCE))
    return stored


def _answers(row: Mapping[str, str], repeats: list[Mapping[str, str]]) -> Iterator[tuple[str, int, str]]:
    for heading, value in row.items():
        # Not the 0/1 columns, whose question has a column of all its answers.
        if value and heading.startswith(ASKED) and heading.count("/") == 1:
            yield heading, 0, value
    for repeat, own in enumerate(repeats):
        for heading, value in own.items():
            if value and heading.startswith("need/"):
                yield heading, repeat, value


def _sheets(path: Path) -> tuple[dict[str, list[Mapping[str, str]]], Iterator[tuple[int, dict[str, str]]]]:
    """Return the rows that repeat by what they belong to, and the rows of the main sheet with their numbers."""
    repeated: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    if path.suffix == ".csv":
        return repeated, enumerate(csv.DictReader(path.open(encoding="utf-8", newline="")), start=2)
    book = openpyxl.load_workbook(path, read_only=True)
    for row in _dicts(book["need"]):
        repeated[row["_parent_index"]].append(row)
    return repeated, enumerate(_dicts(book["main"]), start=2)


def _dicts(sheet: Any) -> Iterator[dict[str, str]]:
    rows = sheet.iter_rows(values_only=True)
    headings = next(rows)
    for row in rows:
        yield {heading: "" if value is None else str(value) for heading, value in zip(headings, row, strict=False)}
