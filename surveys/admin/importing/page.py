"""What the page of an import shows of its columns and rows."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from surveys.importing.in_words import AnswerWords
from surveys.importing.layout.column import OPTION, question_of
from surveys.importing.layout.columns import Columns
from surveys.models import Import
from surveys.postings.deciding.publishable import in_short
from surveys.questionnaires.asked import Asked
from surveys.reading.letters import encodings, in_words
from surveys.reading.numbers import COMMA, DECIMAL_MARK, POINT

MOST_CHOICES = 150
FEW_VALUES = 6
"""So many values of a row are shown at once; more are folded."""


def columns_for_page(file_import: Import, known: Columns) -> list[dict[str, Any]]:
    """Return the columns with where they go in words, and what can be chosen for each."""
    words = dict(known.choices())
    ways = {
        "word": _("a guess by a word in it: please check"),
        "remembered": _("as for the last file of this shape"),
        "chosen": _("as you chose"),
        "tag": _("by its HXL tag"),
        "repeats": _("repeats, and its question takes one answer or is answered in another sheet"),
    }
    # Several columns may hold parts of one question: it is asked once.
    first = {question_of(column["goes"]): number for number, column in reversed(list(enumerate(file_import.columns)))}
    marks = {question: file_import.decisions.get(question, {}).get(DECIMAL_MARK, "") for question in first if question}
    return [
        {
            **column,
            "number": number,
            "words": words.get(column["goes"], _own_words(column["goes"])),
            "listed": (listed := without_option(column["goes"])),
            "is_listed": listed in words,
            "option": column["goes"].removeprefix(listed) if listed.endswith(OPTION) else "",
            "options": known.options_of(listed.split(":")[1]) if listed.endswith(OPTION) else (),
            # A file of a thousand columns says yes or no to options: those need no choice each.
            "has_choice": len(file_import.columns) <= MOST_CHOICES or column["goes"] in words,
            "way": ways.get(column.get("how", ""), ""),
            "decide": f"decide:{question_of(column['goes'])}:{DECIMAL_MARK}",
            "decimal_mark": marks.get(question_of(column["goes"]), "")
            if first[question_of(column["goes"])] == number
            else "",
        }
        for number, column in enumerate(file_import.columns)
    ]


def without_option(goes: str) -> str:
    """Return where a column goes as the list names it: of one that says yes or no to an option, without that option."""
    before, mark, _option = goes.partition(f":{OPTION}")
    return before + mark


def with_option(goes: str, option: str, column: Mapping[str, str]) -> str:
    """Return what a person chose with the option chosen beside it, which belongs to the question shown before."""
    return goes + option if goes.endswith(f":{OPTION}") and goes == without_option(column["goes"]) else goes


def decimal_marks() -> dict[str, str]:
    """Return what can stand before decimals, in words."""
    return {
        COMMA: _("a comma stands before decimals: 2.000 is two thousand"),
        POINT: _("a point stands before decimals: 2,000 is two thousand"),
    }


def _own_words(goes: str) -> str:
    if ":option=" in goes:
        return _("%(question)s: yes or no to %(option)s") % {
            "question": goes.split(":")[1],
            "option": goes.partition("option=")[2],
        }
    return {
        "about:given_at": _("When the response was given"),
        "about:kind": _("Answered or compiled"),
        "about:footnote": _("Footnote"),
        "about:note": _("Note on the row"),
        "about:source": _("Source of the row"),
    }.get(goes, goes)


def encoding_for_page(file_import: Import) -> dict[str, Any]:
    """Return how the letters of a text file were read, with what can be chosen; empty where the file says it."""
    letters = file_import.letters
    if not letters:
        return {}
    return {**letters, "words": in_words(letters["encoding"]), "choices": encodings().items()}


def row_for_page(row: Any, asked: Asked, words: AnswerWords) -> dict[str, Any]:
    """Return a row for the page: its values in words, each error with what would fit."""
    errors = []
    for error in row.entry.get("errors", ()):
        question = asked.questions.get(error.get("question", ""))
        choices = question.choices if question else {}
        is_of_column = error.get("entry") == DECIMAL_MARK
        if is_of_column:
            choices = decimal_marks()
        likely = [(code, choices[code]) for code in error.get("choices", ()) if code in choices]
        errors.append(
            {
                **error,
                "is_of_column": is_of_column,
                "name": f"decide:{error.get('question', '')}:{error.get('entry', '')}",
                "may_be_decided": bool(error.get("entry") and choices),
                "likely": likely,
                "others": [(code, label) for code, label in choices.items() if code not in dict(likely)]
                if question and error.get("entry")
                else [],
            }
        )
    postings = [
        {**one, "waits_for": in_short(one.get("lacks", ())), "replaces": words.posting(one)}
        for one in row.entry.get("postings", ())
    ]
    values = words.row(row.entry)
    is_short = not values.replaced and len(values.others) <= FEW_VALUES
    return {"row": row, "errors": errors, "postings": postings, "values": values, "is_short": is_short}
