"""Finds the table in a file: which sheet, which rows are headings, and what repeats belong to which row."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import gettext as _

from surveys.importing.layout.tools import TABLE, Tool, tool_of
from surveys.reading.cells import FileRefused, MergedCells, SheetSource, SourceRow, column_letter
from surveys.reading.source_file import SourceFile
from web.text import fold

SEARCHED_ROWS = 12
MERGED_NAMED = 10
_TAG = re.compile(r"#[a-z]\w*(?:\+\w+)*", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]{1,200}>")
_REPETITION = re.compile(r"/[^/]+\[\d+\]$")
"""Ends the key of a row that repeats, in ODK's files."""
_LINKS = (("_parent_index", "_index"), ("parent_key", "key"))


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: `text` as a person reads it, `own` its last line, `group` what stands above, `tag` HXL."""

    index: int
    text: str
    own: str
    group: str = ""
    tag: str = ""

    @property
    def key(self) -> str:
        """How the column is known in records: the heading in small letters, white space single."""
        return " ".join(self.text.casefold().split())

    @property
    def letter(self) -> str:
        """The column's letters in a spreadsheet."""
        return column_letter(self.index)


@dataclass(frozen=True)
class Repeats:
    """The rows of another sheet that belong to rows of the table: one for each repetition of a section."""

    table: "SheetTable"
    parent: int
    """Index of the column that names the row it belongs to."""
    linked_by: int
    """Index, in the table itself, of the column that is named."""


@dataclass(frozen=True)
class SheetTable:
    """A table with its headings; rows are read anew, one by one, each time they are asked for."""

    sheet: SheetSource
    headings: Sequence[Heading]
    first_row: int
    tool: Tool
    repeats: Sequence[Repeats] = ()
    notices: Sequence[str] = field(default_factory=list)
    merged: Sequence[MergedCells] = ()
    from_1904: bool = False

    def rows(self) -> Iterator[SourceRow]:
        """Yield the rows below the headings."""
        return (row for row in self.sheet.rows() if row.number >= self.first_row)

    @property
    def row_count(self) -> int:
        """How many rows there are below the headings."""
        head = islice(self.sheet.rows(), SEARCHED_ROWS + 2)
        return self.sheet.count - sum(row.number < self.first_row for row in head)

    @property
    def shape(self) -> str:
        """The fingerprint of the headings, whatever their order: files of one export share it."""
        keys = sorted(heading.key for heading in self.headings)
        return hashlib.sha256("\n".join(keys).encode()).hexdigest()


def find_table(source: SourceFile, known_words: Mapping[str, int]) -> SheetTable:
    """Return the table of answers in an opened file.

    known_words: folded headings and words of questions, with how much each tells. Raises FileRefused where no sheet
    holds a heading and a row, where several sheets do, and where a cell stands outside the headings.
    """
    tables = [table for sheet in source.sheets if (table := _table_of(sheet, known_words))]
    if not tables:
        raise FileRefused(_("The file holds no table: the first row should name the columns."))
    main, repeats, left_out = _main_table(tables, known_words)
    merged = [one for one in source.merged.get(main.sheet.name, ()) if one.last_row >= main.first_row]
    return SheetTable(
        sheet=main.sheet,
        headings=main.headings,
        first_row=main.first_row,
        tool=main.tool,
        repeats=repeats,
        notices=[*source.notices, *main.notices, *left_out, *_notices_of_merged(merged)],
        merged=merged,
        from_1904=source.from_1904,
    )


def _notices_of_merged(merged: Sequence[MergedCells]) -> list[str]:
    if not merged:
        return []
    named = ", ".join(map(str, merged[:MERGED_NAMED])) + (" …" if len(merged) > MERGED_NAMED else "")
    return [
        _("Merged cells below the headings (%(cells)s): what is written in them counts for their first row and column "
          "alone. If it is meant for all, unmerge them and fill each.")
        % {"cells": named}
    ]  # fmt: skip


def _table_of(sheet: SheetSource, known_words: Mapping[str, int]) -> SheetTable | None:
    head = list(islice(sheet.rows(), SEARCHED_ROWS))
    if not head:
        return None
    at = _heading_row(head, known_words)
    header = _filled_from_above(head, at)
    following = head[at + 1 :]
    tags: tuple[str, ...] = ()
    if following and _is_tag_row(following[0]):
        tags, following = following[0].cells, following[1:]
    second: tuple[str, ...] = ()
    if not tags and following and _is_second_heading(header, following[0], known_words):
        second, following = following[0].cells, following[1:]
    if _is_tag_row(header):
        tags = header.cells
    first_row = (
        following[0].number if following else header.number + 1 + bool(second) + bool(tags and tags is not header.cells)
    )
    headings = _headings(header.cells, second, tags)
    notices = []
    if at:
        notices.append(
            _("The headings were found in row %(row)d; what stands above was not read.") % {"row": header.number}
        )
    return SheetTable(sheet, headings, first_row, tool_of([heading.own for heading in headings]), notices=notices)


def _filled_from_above(head: Sequence[SourceRow], at: int) -> SourceRow:
    """Return the row of headings; where one of its cells is empty, the row right above may name the column."""
    header = head[at]
    if not at or head[at - 1].number != header.number - 1 or len(head) == at + 1:
        return header
    above = head[at - 1].cells
    width = max(len(header.cells), len(above))
    own = [*header.cells, *[""] * (width - len(header.cells))]
    return SourceRow(header.number, tuple(cell or (above[i] if i < len(above) else "") for i, cell in enumerate(own)))


def _heading_row(head: Sequence[SourceRow], known_words: Mapping[str, int]) -> int:
    """Return which of the first rows names the columns: the one with most known words; else the first."""
    best, best_score = 0, 0
    for at, row in enumerate(head):
        if at and _is_tag_row(row):
            # Tags stand under the headings.
            break
        words = [fold(cell) for cell in row.cells if cell]
        score = sum(known_words.get(word, 0) for word in words)
        if score > best_score:
            best, best_score = at, score
    if best_score == 0 and (at_tags := next((at for at, row in enumerate(head) if _is_tag_row(row)), 0)):
        return at_tags - 1
    return best


def _is_tag_row(row: SourceRow) -> bool:
    """Return whether a row holds HXL hashtags and nothing else."""
    filled = [cell for cell in row.cells if cell]
    return bool(filled) and all(_TAG.fullmatch("".join(cell.split())) for cell in filled)


def _is_second_heading(header: SourceRow, below: SourceRow, known_words: Mapping[str, int]) -> bool:
    """Return whether the row below goes on with the headings: options under a question whose cell is merged."""
    if below.number != header.number + 1:
        return False
    width = max(len(header.cells), len(below.cells))
    above = [*header.cells, *[""] * (width - len(header.cells))]
    under = [*below.cells, *[""] * (width - len(below.cells))]
    responses = {"response", "open-ended response", "other (please specify)"}
    if any(fold(cell) in responses for cell in under):
        return True
    gaps = [index for index in range(1, width) if not above[index] and above[:index] != [""] * index]
    filled_gaps = [index for index in gaps if under[index]]
    if not filled_gaps:
        return False
    alone = [index for index in range(width) if above[index] and (index + 1 == width or above[index + 1])]
    if any(under[index] and fold(under[index]) not in known_words for index in alone):
        # A row of answers that leaves a column without heading filled.
        return False
    names = [cell for cell in under if cell]
    looks_like_data = any(re.fullmatch(r"[\d.,:/ -]+", cell) for cell in names)
    return not looks_like_data and len(filled_gaps) == len(gaps) and len(set(names)) == len(names)


def _headings(first: Sequence[str], second: Sequence[str], tags: Sequence[str]) -> list[Heading]:
    width = max((at + 1 for cells in (first, second, tags) for at, cell in enumerate(cells) if cell), default=0)
    headings: list[Heading] = []
    seen: dict[str, int] = {}
    group = ""
    for index in range(width):
        above = _clean(first[index]) if index < len(first) else ""
        below = _clean(second[index]) if index < len(second) else ""
        if second:
            group = above or group
            plain = below.casefold() in ("", "response", "open-ended response")
            own, text = (above or group, group) if plain else (below, f"{group} / {below}")
            in_group = "" if plain else group
            if plain and not above and not below:
                own = text = in_group = ""
        else:
            own, text, in_group = above, above, ""
        tag = tags[index] if index < len(tags) else ""
        text = text or tag or _("Column %(letter)s") % {"letter": column_letter(index)}
        number = seen.get(text.casefold(), 0) + 1
        seen[text.casefold()] = number
        if number > 1:
            text = f"{text} ({number})"
        headings.append(Heading(index, text, own or tag or text, in_group, tag.replace(" ", "").casefold()))
    return headings


def _clean(text: str) -> str:
    return " ".join(_MARKUP.sub(" ", text).split())


def _main_table(
    tables: Sequence[SheetTable], known_words: Mapping[str, int]
) -> tuple[SheetTable, list[Repeats], list[str]]:
    repeated: dict[int, list[Repeats]] = {}
    children = {number for number, table in enumerate(tables) if len(tables) > 1 and _parent_column(table)}
    nested = []
    for number in sorted(children):
        child = tables[number]
        found = _parent_of(child, tables, [other for other in range(len(tables)) if other not in children])
        if found is None:
            nested.append(child.sheet.name)
        else:
            other, parent, linked_by = found
            repeated.setdefault(other, []).append(Repeats(child, parent, linked_by))
    mains = [number for number in range(len(tables)) if number not in children]
    if len(tables) == 1 and any(fold(heading.own) in ("_parent_index", "parent_key") for heading in tables[0].headings):
        raise FileRefused(
            _(
                "This file holds only the repeated part of answers, without the answers that it belongs to. Send the "
                "export as one XLSX file, or the whole ZIP archive that ODK makes."
            )
        )
    scored = sorted(
        ((_score(tables[number], known_words), -number) for number in mains if next(tables[number].rows(), None)),
        reverse=True,
    )
    if not scored:
        raise FileRefused(_("The table has a heading but no row."))
    if len(scored) > 1 and scored[0][0] > 0 and scored[0][0] == scored[1][0]:
        names = ", ".join(f"“{tables[-number].sheet.name}”" for score, number in scored if score == scored[0][0])
        raise FileRefused(_("Several sheets hold the table: %(sheets)s. Keep one.") % {"sheets": names})
    main = -scored[0][1]
    notices = [
        _(
            "The sheet “%(sheet)s” repeats within another that repeats, or belongs to none: it was not read. To bring "
            "its answers in, write them into columns of the sheet that it repeats within."
        )
        % {"sheet": sheet}
        for sheet in nested
    ]
    return tables[main], repeated.get(main, []), notices


def _columns_of(table: SheetTable) -> dict[str, int]:
    return {fold(heading.own): heading.index for heading in table.headings}


def _parent_column(table: SheetTable) -> str:
    """Return the column by which a sheet that repeats names the row that it belongs to; empty for others."""
    columns = _columns_of(table)
    return next((parent for parent, _own in _LINKS if parent in columns), "")


def _parent_of(child: SheetTable, tables: Sequence[SheetTable], mains: Sequence[int]) -> tuple[int, int, int] | None:
    """Return which table the rows of a sheet belong to, by which of its columns, and by which of that table.

    None where that is a sheet that repeats itself: its numbers are no numbers of the main table's rows.
    """
    columns = _columns_of(child)
    first = next(child.rows(), None)
    for parent_name, own_name in _LINKS:
        if parent_name not in columns:
            continue
        named = _cell(first, columns.get("_parent_table_name")).casefold()
        if _REPETITION.search(_cell(first, columns[parent_name])):
            return None
        by_name = [number for number, table in enumerate(tables) if table.sheet.name.casefold() == named[:31]]
        for other in by_name or mains:
            linked = _columns_of(tables[other])
            if other in mains and own_name in linked:
                return other, columns[parent_name], linked[own_name]
    return None


def _cell(row: SourceRow | None, index: int | None) -> str:
    return row.cells[index] if row is not None and index is not None and index < len(row.cells) else ""


def _score(table: SheetTable, known_words: Mapping[str, int]) -> int:
    own = 1 if table.tool is not TABLE else 0
    return own + sum(known_words.get(fold(heading.own), 0) for heading in table.headings)
