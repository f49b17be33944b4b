"""What is answered several times in one file: further sheets, and repetitions side by side in the columns of one row.

`need[1]/need_area, need[2]/need_area` are the first and the second answer to one question; so are two rows of a sheet
that belong to one response. A question that is asked once takes neither, and no question is answered from two places.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from surveys.importing.layout.table import Heading
from surveys.importing.layout.tools import Tool

_INDEX = re.compile(r"\[(\d{1,4})\](?=(.))")
_BEFORE = re.compile(r"[/.:\-]")


@dataclass(frozen=True, slots=True)
class Flattened:
    """Where a heading stands in repetitions: `path` without numbers, `repeats` by what name, `numbers` from 1."""

    path: str
    repeats: str
    numbers: tuple[int, ...]


def flattened(heading: str, tool: Tool) -> Flattened | None:
    """Return what a heading such as "about/need[2]/need_area" says, None for one without numbered repetitions."""
    ends = f"/{tool.separators}" if tool.gives_codes else "/"
    found = [one for one in _INDEX.finditer(heading) if one.start() and one[2] in ends]
    if not found:
        return None
    repeats = _BEFORE.split(_INDEX.sub("", heading[: found[-1].start()]))[-1]
    path, last = "", 0
    for one in found:
        path, last = path + heading[last : one.start()], one.end()
    return Flattened(path + heading[last:], repeats, tuple(int(one[1]) for one in found))


def number_repetitions(headings: Iterable[Heading], tool: Tool) -> Mapping[int, tuple[Flattened, int]]:
    """Return, by the index of a column, where it stands in repetitions, and which repetition that is, from 0.

    Repetitions within repetitions are counted through: a[1]/b[1], a[1]/b[2], a[2]/b[1] are three.
    """
    found = {heading.index: flat for heading in headings if (flat := flattened(heading.own, tool))}
    nested: dict[str, set[tuple[int, ...]]] = {}
    for flat in found.values():
        nested.setdefault(flat.repeats, set()).add(flat.numbers)
    numbered = {}
    for index, flat in found.items():
        if len(flat.numbers) == 1:
            numbered[index] = (flat, max(flat.numbers[0] - 1, 0))
        else:
            numbered[index] = (flat, sorted(nested[flat.repeats]).index(flat.numbers))
    return numbered


def section_named(name: str, sections: Mapping[str, str], fits: Mapping[str, int]) -> str:
    """Return the code of the section that a sheet, or a group of columns, repeats; empty where none is told.

    sections: codes and titles; fits: how many of the headings are questions of each. A sheet's name may be cut short.
    """
    name = name.casefold().strip()
    for code, title in sections.items():
        if name and (
            name == code or title.casefold() == name or (len(name) > 20 and title.casefold().startswith(name))
        ):
            return code
    best = max(fits.values(), default=0)
    most = [code for code, count in fits.items() if count == best]
    return most[0] if len(most) == 1 else ""
