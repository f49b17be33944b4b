"""Columns beside each other: which of several that could answer a question does, when each has been looked at."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from surveys.importing.layout.column import QUESTION, REPEATS, Column
from surveys.importing.layout.headings import simplify
from surveys.importing.layout.table import Heading
from surveys.importing.layout.tools import ID, IGNORE, KEEP, Tool, specifies_other
from surveys.models import Question
from surveys.questionnaires.lists import OTHER
from web.text import fold

_MARKS = re.compile(r"\s*[/.:>|\-]\s*")


def one_id(columns: Sequence[Column], tool: Tool) -> list[Column]:
    """Keep one column as the number of the response: the first of those that the tool knows, in its order."""
    ranks = {fold(name): rank for rank, (name, says) in enumerate(tool.columns.items()) if says == ID}
    ids = [column for column in columns if column.goes == ID and column.how == "tool"]
    chosen = [column for column in columns if column.goes == ID and column.how != "tool"]
    best = chosen[:1] or sorted(ids, key=lambda column: ranks.get(fold(column.heading), 99))[:1]
    return [replace(column, goes=IGNORE) if column.goes == ID and column not in best else column for column in columns]


def others_specified(
    columns: Sequence[Column], headings: Sequence[Heading], tool: Tool, questions: Mapping[str, Question]
) -> list[Column]:
    """Give "Specify other." to the question before it: the tools head the text of every "other" alike."""
    question = ""
    found = []
    for column, heading in zip(columns, headings, strict=True):
        if not column.how and question and specifies_other(tool, heading.own):
            column = replace(column, goes=f"{QUESTION}:{question}:{OTHER}", how="heading")
        if column.question:
            asked = questions[column.question]
            question = asked.code if asked.is_choice and asked.allows_other else ""
        elif column.goes == KEEP:
            # Of whatever this one asks, the next text may be.
            question = ""
        found.append(column)
    return found


def twins_in_turn(
    columns: Sequence[Column], questions: Mapping[str, Question], sections: Mapping[str, set[str]]
) -> list[Column]:
    """Tell questions of one label apart: by the section that stands before it, else in the order of the form."""
    by_label: dict[str, list[str]] = {}
    for code, question in questions.items():
        by_label.setdefault(simplify(question.label), []).append(code)
    used: set[tuple[str, str, int]] = set()
    found = []
    for column in columns:
        twins = by_label[simplify(questions[column.question].label)] if column.question else []
        pieces = set(_MARKS.split(fold(column.heading)))
        if column.how == "heading" and len(twins) > 1 and not pieces & set(twins):
            free = [code for code in twins if (code, column.part, column.repeat) not in used]
            named = [code for code in free if pieces & sections[code]]
            if free:
                part = f":{column.part}" if column.part else ""
                column = replace(column, goes=f"{QUESTION}:{(named or free)[0]}{part}")
        used.add((column.question, column.part, column.repeat))
        found.append(column)
    return found


def settle(columns: Sequence[Column]) -> list[Column]:
    """Give each question one column for each part of it, and repetition: the surest; the others are kept.

    A column of all answers and those of each option stay beside each other: they say the same twice, which tells
    labels with spaces in them apart.
    """
    order = ("chosen", "remembered", "heading", "tag", "tool", "word", "")
    taken: dict[tuple[str, int], Column] = {}
    for column in sorted(columns, key=lambda one: (order.index(one.how), len(one.heading))):
        if column.question:
            taken.setdefault((column.goes, column.repeat), column)
    return [
        column
        if not column.question or column.lacks_option or taken[column.goes, column.repeat] is column
        else replace(column, goes=KEEP, how="")
        for column in columns
    ]


def each_question_from_one_place(columns: Sequence[Column], repeated: Collection[str]) -> list[Column]:
    """Keep what repeats from a question that takes one answer, and one place from answering for another."""
    in_sheets = {column.question for column in columns if column.sheet and column.question in repeated}
    return [
        replace(column, goes=KEEP, how=REPEATS)
        if column.question
        and (
            (column.is_repeated and column.question not in repeated)
            or (not column.sheet and column.question in in_sheets)
        )
        else column
        for column in columns
    ]
