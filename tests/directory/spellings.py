"""Lists of spellings and how well an index reads them."""

import csv
from dataclasses import dataclass
from pathlib import Path

from directory.names import NameIndex

HERE = Path(__file__).resolve().parent
ALIASES_FILE = HERE.parent.parent / "directory" / "data" / "country_aliases.csv"
OWN_SPELLINGS = HERE / "data" / "country_spellings.csv"
SHARED_SPELLINGS = HERE.parents[2] / "shared" / "data" / "country_spellings.csv"


@dataclass(frozen=True)
class Measured:
    """Shares of the rows that mean one country, and the rows read as a wrong one."""

    resolved: float
    right_first: float
    wrong: list[tuple[str, str | None]]


def measure(index: NameIndex, file: Path) -> Measured:
    """Read each row of `file` (text, expected, iso3) and compare."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    one_country = resolved = right_first = 0
    wrong: list[tuple[str, str | None]] = []
    for row in rows:
        found = index.resolve(row["text"])
        expected = row["iso3"].split("|")
        means_one = row["expected"] == "one_country"
        one_country += means_one
        if found.iso3 and not (means_one and found.iso3 in expected):
            wrong.append((row["text"], found.iso3))
        elif means_one:
            resolved += found.iso3 is not None
            right_first += (found.iso3 or next(iter(found.suggestions), None)) in expected
    return Measured(resolved / one_country, right_first / one_country, wrong)
