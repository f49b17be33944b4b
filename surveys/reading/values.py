"""Reads the text of a cell as a number, strictly: what could be two values is neither."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from surveys.reading.numbers import MINUS, read_digits, visible, without_zeros

NOT_STATED = frozenset({"", "-", "–", "—", "n/a", "n.a.", "n.a", "na", "null", "none stated", "not stated", "#n/a"})
YES = frozenset({"1", "true", "yes", "y", "x", "selected", "checked", "oui", "sí", "si", "да", "✓", "✔"})
NO = frozenset({"0", "false", "no", "n", "not selected", "unchecked", "non", "нет", "quoted", ""})

MAX_CHARACTERS, MAX_DIGITS, MAX_DECIMALS = 60, 16, 10

_FORMULA = re.compile(r"=[A-Z]*\(|=[$A-Z]+[0-9]|='", re.IGNORECASE)


class ValueUnreadable(ValueError):
    """The text is no such value; the message says what would be right."""


def is_formula(text: str) -> bool:
    """Return whether a cell holds a formula that was not computed."""
    return bool(_FORMULA.match(text))


def stated(text: str) -> str:
    """Return the text, empty where it says in one of the usual ways that nothing is stated."""
    return "" if text.strip().casefold() in NOT_STATED else text.strip()


def parse_decimal(text: str, *, decimal: str | None) -> str:
    """Return a number as plain decimal text, at most 16 digits before the point and 10 behind it.

    decimal: the mark before decimals where a number can be read in two ways, such as 2.000; None where nothing tells,
    and then NumberUndecided is raised. Raises ValueUnreadable for what is no number.
    """
    text = visible(text)
    if len(text) > MAX_CHARACTERS:
        raise ValueUnreadable(_("More than %(limit)d characters.") % {"limit": MAX_CHARACTERS})
    negative = text.startswith(tuple(MINUS))
    value = read_digits(text[1:].lstrip() if negative else text, decimal=decimal)
    if value is None:
        if text.startswith("(") or text.endswith(tuple(MINUS)):
            raise ValueUnreadable(_("This may be a negative number: write -1234 if it is, 1234 if not."))
        raise ValueUnreadable(_("Not a number: write digits such as 1234 or 12.5, and nothing beside them."))
    whole, _point, decimals = without_zeros(value).partition(".")
    if len(whole) > MAX_DIGITS or len(decimals) > MAX_DECIMALS:
        raise ValueUnreadable(
            _("The number has more than %(whole)d digits, or more than %(decimals)d decimals.")
            % {"whole": MAX_DIGITS, "decimals": MAX_DECIMALS}
        )
    return without_zeros(-value if negative and value else value)


def parse_whole(text: str, *, decimal: str | None) -> int:
    """Return a whole number, for what is counted. Raises as `parse_decimal` does, and for a number with decimals."""
    value = Decimal(parse_decimal(text, decimal=decimal))
    if value != int(value):
        raise ValueUnreadable(
            _("%(value)s is not a whole number: write it without decimals.") % {"value": without_zeros(value)}
        )
    return int(value)
