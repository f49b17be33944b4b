"""Reads the text of a cell as a number, strictly: what could be two values is neither."""

import re

from surveys.reading.amounts import AmountError, parse_number

NOT_STATED = frozenset({"", "-", "–", "—", "n/a", "n.a.", "n.a", "na", "null", "none stated", "not stated", "#n/a"})
YES = frozenset({"1", "true", "yes", "y", "x", "selected", "checked", "oui", "sí", "si", "да", "✓", "✔"})
NO = frozenset({"0", "false", "no", "n", "not selected", "unchecked", "non", "нет", "quoted", ""})

_FORMULA = re.compile(r"=[A-Z]*\(|=[$A-Z]+[0-9]|='", re.IGNORECASE)


class ValueUnreadable(ValueError):
    """The text is no such value; the message says what would be right."""


def is_formula(text: str) -> bool:
    """Return whether a cell holds a formula that was not computed."""
    return bool(_FORMULA.match(text))


def stated(text: str) -> str:
    """Return the text, empty where it says in one of the usual ways that nothing is stated."""
    return "" if text.strip().casefold() in NOT_STATED else text.strip()


def parse_decimal(text: str) -> str:
    """Return a number as plain decimal text. Raises ValueUnreadable for what is none, or could be two."""
    negative = text.startswith(("-", "−"))
    try:
        value = parse_number(text.lstrip("-−").strip())
    except AmountError as error:
        raise ValueUnreadable(str(error)) from None
    return format(-value if negative else value, "f").rstrip("0").rstrip(".") or "0"
