"""Reads the text of a cell as a number or a date, strictly: what could be two values is neither."""

import datetime as dt
import re
from decimal import Decimal

from django.utils.translation import gettext as _

from surveys.reading.numbers import MINUS, read_digits, visible, without_zeros

NOT_STATED = frozenset({"", "-", "–", "—", "n/a", "n.a.", "n.a", "na", "null", "none stated", "not stated", "#n/a"})
YES = frozenset({"1", "true", "yes", "y", "x", "selected", "checked", "oui", "sí", "si", "да", "✓", "✔"})
NO = frozenset({"0", "false", "no", "n", "not selected", "unchecked", "non", "нет", "quoted", ""})

MAX_CHARACTERS, MAX_DIGITS, MAX_DECIMALS = 60, 16, 10

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?")
_PARTS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T].*)?")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_FIRST_SERIAL = dt.date(1899, 12, 30)
"""Day 0 of a spreadsheet's dates, as counted from 1 March 1900 on."""
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_NAMED = re.compile(
    r"(\d{1,2})\.?\s+([a-z]{3,9})\.?,?\s+(\d{4})|([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})", re.IGNORECASE
)
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


def parse_day(text: str, *, day_first: bool | None = None) -> str:
    """Return a day as YYYY-MM-DD, from ISO dates, Excel's numbers, 15.01.2027, 15/01/2027 or 15 January 2027.

    day_first: how 03/04/2027 is meant, None where the file does not tell. Raises ValueUnreadable.
    """
    text = text.strip()
    try:
        if iso := _ISO.fullmatch(text):
            return dt.date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
        if parts := _PARTS.fullmatch(text):
            return _from_parts(int(parts[1]), int(parts[3]), int(parts[4]), dotted=parts[2] == ".", day_first=day_first)
        if _SERIAL.fullmatch(text):
            return (_FIRST_SERIAL + dt.timedelta(days=int(Decimal(text)))).isoformat()
        if named := _NAMED.fullmatch(text):
            day, month, year = (named[1], named[2], named[3]) if named[1] else (named[5], named[4], named[6])
            number = next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(month.casefold())), 0)
            return dt.date(int(year), number, int(day)).isoformat()
    except (ValueError, OverflowError) as error:
        if isinstance(error, ValueUnreadable):
            raise
        raise ValueUnreadable(_("There is no such day. Write it as 2027-01-15.")) from None
    raise ValueUnreadable(_("Not a date: write it as 2027-01-15."))


def _from_parts(first: int, second: int, year: int, *, dotted: bool, day_first: bool | None) -> str:
    if dotted or first > 12 or first == second:
        return dt.date(year, second, first).isoformat()
    if second > 12:
        return dt.date(year, first, second).isoformat()
    if day_first is None:
        raise ValueUnreadable(
            _("This could be %(one)s or %(other)s: write one of them.")
            % {"one": dt.date(year, second, first).isoformat(), "other": dt.date(year, first, second).isoformat()}
        )
    return dt.date(year, second if day_first else first, first if day_first else second).isoformat()


def order_of_days(texts: list[str]) -> bool | None:
    """Return whether a column writes the day first, from the cells that leave no doubt; None where none does."""
    votes = set()
    for text in texts:
        if (parts := _PARTS.fullmatch(text.strip())) and parts[2] != ".":
            first, second = int(parts[1]), int(parts[3])
            if first > 12 >= second:
                votes.add(True)
            elif second > 12 >= first:
                votes.add(False)
    return votes.pop() if len(votes) == 1 else None
