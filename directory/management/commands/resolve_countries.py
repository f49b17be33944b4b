"""manage.py resolve_countries FILE: read country names as people write them."""

import csv
import io
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from directory.name_index import load_name_index

COLUMNS = ("text", "result", "iso3", "suggestions")


class Command(BaseCommand):
    """Read a CSV with a `text` column; write each text with the country that it names."""

    help = (
        "Reads a CSV (UTF-8) with a column 'text' and writes CSV text,result,iso3,suggestions to standard output. "
        "result: country, group, ambiguous or unknown; suggestions: ISO3 codes, best first, separated by spaces."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and whether its texts are codes."""
        parser.add_argument("file", help="the CSV file; - for standard input")
        parser.add_argument(
            "--codes", action="store_true", help="the column holds ISO 3166-1 or M49 codes: NA is Namibia"
        )

    def handle(self, *args: Any, file: str, codes: bool, **options: Any) -> None:
        """Read all of the file, then write a row for each of its rows, in their order."""
        texts = list(_texts(_decoded(_content(file))))
        index = load_name_index()
        if not index.has_countries:
            raise CommandError(_("No country is in the database yet. Run first: manage.py load_reference"))
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        plain = csv.writer(self.stdout, lineterminator="\n")
        # Python 3.11 leaves a lone carriage return unquoted, and readers then see the end of a row.
        quoted = csv.writer(self.stdout, lineterminator="\n", quoting=csv.QUOTE_ALL)
        plain.writerow(COLUMNS)
        for text in texts:
            found = index.resolve(text, codes=codes)
            writer = quoted if "\r" in text else plain
            writer.writerow((text, found.kind, found.iso3 or "", " ".join(found.suggestions)))


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(
            _("Cannot read %(file)s: %(reason)s. Name a CSV file, or - for standard input.")
            % {"file": file, "reason": reason}
        ) from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(
            _("Line %(line)d is not UTF-8: byte %(byte)s at position %(position)d. Save the file as CSV UTF-8.")
            % {
                "line": content.count(b"\n", 0, error.start) + 1,
                "byte": f"0x{content[error.start]:02x}",
                "position": error.start,
            }
        ) from error


def _texts(content: str) -> Iterator[str]:
    """Yield the cells of the column `text`; a row too short to have one gives an empty text."""
    rows = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        if header.count("text") != 1:
            raise CommandError(
                _("The first row must have one column named 'text'; it has: %(columns)s.")
                % {"columns": ", ".join(header) or _("nothing")}
            )
        place = header.index("text")
        for row in rows:
            if row:
                yield row[place] if place < len(row) else ""
    except csv.Error as error:
        raise CommandError(
            _("Line %(line)d is not valid CSV: %(reason)s.") % {"line": rows.line_num, "reason": error}
        ) from error
