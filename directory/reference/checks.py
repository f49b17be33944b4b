"""What must hold between the cells or rows of one file, and what is worked out from all of them."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator

from directory.choices import MembershipStatus
from directory.reference.problems import FileProblem
from directory.reference.rows import FileRow
from web.text import fold

COUNTRY_CODES = {
    "iso3": (re.compile("[A-Z]{3}"), "three capital letters"),
    "iso2": (re.compile("[A-Z]{2}"), "two capital letters"),
    "m49": (re.compile("[0-9]{3}"), "three digits, with zeros"),
}


def number_alphabetically(rows: list[FileRow]) -> None:
    """Set `position` to the rank, from 1, of each country in English alphabetical order."""
    in_order = sorted(rows, key=lambda row: (fold(str(row.values["name"])), str(row.values["iso3"])))
    for rank, row in enumerate(in_order, start=1):
        row.values["position"] = rank


def codes_of_countries(file: str, rows: list[FileRow]) -> Iterator[FileProblem]:
    """Find codes that are not in the form of ISO 3166-1 and UN M49."""
    for row in rows:
        for column, (pattern, right) in COUNTRY_CODES.items():
            if not pattern.fullmatch(str(row.values[column])):
                yield FileProblem(file, row.number, column, f'"{row.values[column]}" is not a code', right)


def parts_are_not_derived(file: str, rows: list[FileRow]) -> Iterator[FileProblem]:
    """Find groups derived from a group that is itself derived: members are looked up one step deep."""
    derived = {str(row.values["code"]) for row in rows if row.values["parts"]}
    for row in rows:
        parts = row.values["parts"]
        wrong = sorted(derived.intersection(parts)) if isinstance(parts, list) else []
        if wrong:
            yield FileProblem(
                file, row.number, "parts", f"{', '.join(wrong)} is itself derived", "the parts of that group"
            )


def memberships_end_after_they_begin(file: str, rows: list[FileRow]) -> Iterator[FileProblem]:
    """Find memberships whose first day of not being a member is not after the first day of being one."""
    for row in rows:
        begins, ends = row.values["valid_from"], row.values["valid_to"]
        if begins and ends and str(ends) <= str(begins):
            yield FileProblem(file, row.number, "valid_to", f"{ends} is not after {begins}", f"a day after {begins}")


def memberships_do_not_overlap(file: str, rows: list[FileRow]) -> Iterator[FileProblem]:
    """Find two memberships of one country in one group that hold on the same day."""
    by_member = defaultdict(list)
    for row in rows:
        by_member[row.values["group"], row.values["country"]].append(row)
    for same in by_member.values():
        in_order = sorted(same, key=lambda row: str(row.values["valid_from"] or ""))
        for earlier, later in itertools.pairwise(in_order):
            ends = earlier.values["valid_to"] if earlier.values["status"] == MembershipStatus.CONFIRMED else None
            begins = str(later.values["valid_from"] or "")
            if ends is None or str(ends) > begins:
                wrong = f"this membership begins before that of row {earlier.number} has ended"
                yield FileProblem(
                    file, later.number, "valid_from", wrong, f"one row, or a confirmed end in row {earlier.number}"
                )
