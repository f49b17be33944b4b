"""Conditions "shown only if": decided from answers, written as XLSForm has them, and read back."""

import re
from collections.abc import Collection, Mapping

from surveys.models import Question, Section
from surveys.questionnaires.form import Condition

_SELECTED = re.compile(r"selected\(\s*\$\{(\w+)\}\s*,\s*'([^']*)'\s*\)|\$\{(\w+)\}\s*=\s*'([^']+)'")
_ANSWERED = re.compile(r"\(?\s*\$\{(\w+)\}\s*!=\s*''\s*\)?")
_NEIGHBOUR = re.compile(r"\.\./(\w+)")
_OR = re.compile(r"\s+or\s+")


class ConditionError(ValueError):
    """A condition that the portal cannot ask."""


def is_shown(row: Section | Question, chosen: Mapping[str, Collection[str]]) -> bool:
    """Return whether a section or question is asked, after the answers so far: by question, the codes or the text."""
    if not row.shown_if_question:
        return True
    given = chosen.get(row.shown_if_question, ())
    return bool(set(given) & set(row.shown_if_options)) if row.shown_if_options else bool(given)


def as_xlsform(condition: Condition | None) -> str:
    """Return a condition as the column `relevant` has it."""
    if condition is None:
        return ""
    if not condition.options:
        return f"${{{condition.question}}} != ''"
    return " or ".join(f"selected(${{{condition.question}}}, '{option}')" for option in condition.options)


def from_xlsform(expression: str) -> Condition | None:
    """Return what a `relevant` says. Raises ConditionError for more than one question, and for what is no choice."""
    # The library writes a neighbour in a group as ../name.
    expression = _NEIGHBOUR.sub(r"${\1}", " ".join(expression.split()))
    if not expression:
        return None
    if answered := _ANSWERED.fullmatch(expression):
        return Condition(answered[1])
    while expression.startswith("(") and expression.endswith(")") and expression.count("(") == expression.count(")"):
        inner = expression[1:-1]
        if "(" in inner and inner.index(")") < inner.index("("):
            break
        expression = inner.strip()
    parts = [_SELECTED.fullmatch(part.strip()) for part in _OR.split(expression)]
    names = {part[1] or part[3] for part in parts if part}
    if not all(parts) or len(names) != 1:
        raise ConditionError(expression)
    return Condition(names.pop(), tuple(part[2] or part[4] for part in parts if part))
