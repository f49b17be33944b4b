"""The form in the order in which it is asked: groups within groups as parts one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaires.rules import MONEY_PARTS

TITLE_OF_A_TABLE = "generated_table_list_label_"
MADE_BY_THE_LIBRARY = (TITLE_OF_A_TABLE, "reserved_name_for_field_list_labels_")
Node = Mapping[str, Any]
"""A group or question as the library gives it."""


@dataclass(frozen=True)
class AskedRow:
    """A question in its place; `conditions`: of groups within a repetition, which are no parts of their own."""

    node: Node
    group: str
    conditions: Sequence[Node] = ()


@dataclass
class FormPart:
    """What becomes a section. `groups`: those in which it stands, the outermost first; none for loose questions."""

    groups: Sequence[Node]
    repeats: bool = False
    is_continued: bool = False
    questions: list[AskedRow] = field(default_factory=list)


@dataclass
class Parts:
    """The parts of a form, and the groups that lose their titles or cannot be held at all."""

    found: list[FormPart] = field(default_factory=list)
    untitled: list[Node] = field(default_factory=list)
    repeats_in_repeats: list[Node] = field(default_factory=list)


def prepared(children: Sequence[Node], lists: Mapping[str, Sequence[Node]]) -> list[Node]:
    """Return the rows without those that the library makes of a table of choices, and with what it leaves out.

    The title of such a table stands in a note of its own; choices in random order stand in the list alone.
    """
    found: list[Node] = []
    for child in children:
        name = name_of(child)
        if name.startswith(MADE_BY_THE_LIBRARY):
            continue
        node = dict(child)
        if "children" in node:
            within = node["children"]
            titles = [one.get("label") for one in within if name_of(one).startswith(TITLE_OF_A_TABLE)]
            node["label"] = node.get("label") or next(iter(titles), "")
            node["children"] = prepared(within, lists)
        elif node.get("itemset") in lists and not node.get("choices"):
            node["choices"] = lists[node["itemset"]]
        found.append(node)
    return found


def parts_of(children: Sequence[Node]) -> Parts:
    """Return the parts of a form, in the order in which it is asked."""
    parts = Parts()
    parts.found = [part for part in _walk(children, (), parts) if part.questions]
    return parts


def is_group(node: Node) -> bool:
    """Return whether a row holds others, other than the three rows of an amount of money."""
    return node.get("type") in ("group", "repeat") and not is_money(node)


def is_money(node: Node) -> bool:
    """Return whether a group is an amount with its currency and years, as the portal writes one."""
    names = [part.get("name") for part in node.get("children", ())]
    return node.get("type") == "group" and names == [f"{node.get('name')}_{part}" for part in MONEY_PARTS]


def name_of(node: Node) -> str:
    """Return the name of a row."""
    return str(node.get("name", ""))


def _walk(children: Sequence[Node], groups: Sequence[Node], parts: Parts) -> Iterator[FormPart]:
    part = FormPart(groups)
    for child in children:
        if not is_group(child):
            part.questions.append(AskedRow(child, name_of(groups[-1]) if groups else ""))
            continue
        if name_of(child) == "meta" and not groups:
            continue
        yield part
        if child["type"] == "repeat":
            repeated = FormPart((*groups, child), repeats=True)
            repeated.questions += _flat(child.get("children", ()), name_of(child), (), parts)
            yield repeated
        else:
            yield from _walk(child.get("children", ()), (*groups, child), parts)
        part = FormPart(groups, is_continued=True)
    yield part


def _flat(children: Sequence[Node], group: str, within: Sequence[Node], parts: Parts) -> Iterator[AskedRow]:
    for child in children:
        if not is_group(child):
            yield AskedRow(child, group, within)
        elif child["type"] == "repeat":
            parts.repeats_in_repeats.append(child)
        else:
            parts.untitled.append(child)
            yield from _flat(child.get("children", ()), name_of(child), (*within, child), parts)
