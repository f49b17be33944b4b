"""Reads a day as files and people write it, by one rule for both: what could be two days, or another calendar, asks."""

import datetime as dt
import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from surveys.reading.values import ValueUnreadable

FIRST_YEAR, LAST_YEAR = 1978, 2100
"""The years that a posting or an answer can mean: cooperation of the South has its Plan of Action since 1978."""
MAX_CHARACTERS = 100
BUDDHIST_ERA = 543
NEPALI_ERA = 57
_NEPALI_FROM = 2060
"""From here on a year that Nepal writes is its own calendar's (2003 of ours) rather than decades ahead."""
_LATER_CALENDARS = range(1357, 1525)
"""Years that Iranian, Afghan, Islamic and Bangla calendars count between 1978 and 2100."""

_TIME = (
    r"(?:(?:T|,?\s+)\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?"
    r"(?:\s*(?:Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d\d)?|UTC|GMT)(?:\s*\([^()]*\))?)?)?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_YEAR_FIRST = re.compile(rf"(\d{{3,4}})([./-])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_PARTS = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{1,4}}){_TIME}", re.IGNORECASE)
_EAST_ASIAN = re.compile(r"(\d{3,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_DAY, _MONTH, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?", r"(?P<month>[a-z]{3,9})\.?", r"(?P<year>\d{1,4})"
_NAMED = tuple(
    re.compile(_WEEKDAY + form + _TIME, re.IGNORECASE)
    for form in (
        rf"{_DAY}(?:[\s/.-]+(?:of\s+)?)?{_MONTH}[\s,/.-]*{_YEAR}",
        rf"{_MONTH}[\s/.-]+{_DAY}(?:\s*,\s*|[\s/.-]+){_YEAR}",
        rf"{_YEAR}[\s,/.-]*{_MONTH}[\s/.-]*{_DAY}",
    )
)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_DAY_ZERO, _DAY_ZERO_OF_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
"""Day 0 of a spreadsheet's dates: as counted from 1 March 1900 on, and in workbooks that count from 1904."""


def check_year(year: int, *, iso3: str = "") -> None:
    """Raise ValueUnreadable for a year that no posting and no answer means, and for one that another calendar counts.

    iso3: the country that wrote it. Nepal's own calendar has years that ours has too, some decades ahead.
    """
    if iso3 == "NPL" and _NEPALI_FROM <= year <= LAST_YEAR + NEPALI_ERA:
        raise ValueUnreadable(
            _(
                "%(year)d reads like a year of the Nepali calendar, which is %(one)d or %(other)d: write the day by "
                "the international one."
            )
            % {"year": year, "one": year - NEPALI_ERA, "other": year - NEPALI_ERA + 1}
        )
    if FIRST_YEAR <= year <= LAST_YEAR:
        return
    if FIRST_YEAR <= year - BUDDHIST_ERA <= LAST_YEAR:
        raise ValueUnreadable(
            _("Is %(year)d a year of the Buddhist calendar? Then write %(meant)d.")
            % {"year": year, "meant": year - BUDDHIST_ERA}
        )
    if year in _LATER_CALENDARS:
        raise ValueUnreadable(
            _("%(year)d reads like a year of another calendar: write the day by the international one, as 2027-01-15.")
            % {"year": year}
        )
    if year < 100:
        raise ValueUnreadable(_("Write the year with its four digits, as 2027-01-15."))
    raise ValueUnreadable(
        _("The year %(year)d cannot be meant: write one from %(first)d to %(last)d, or nothing where no day is stated.")
        % {"year": year, "first": FIRST_YEAR, "last": LAST_YEAR}
    )


def parse_day(text: str, *, day_first: bool | None = None, from_1904: bool = False, iso3: str = "") -> str:
    """Return a day as YYYY-MM-DD, whichever way it is written, a spreadsheet's number of it included.

    day_first: how 03/04/2027 is meant, None where the file does not tell. from_1904: whether the workbook counts its
    days from 1904. iso3: the country that wrote it. A time of day is left out. Raises ValueUnreadable.
    """
    text = " ".join(text.split())
    if len(text) > MAX_CHARACTERS:
        raise ValueUnreadable(_not_a_date())
    if serial := _SERIAL.fullmatch(text):
        day = (_DAY_ZERO_OF_1904 if from_1904 else _DAY_ZERO) + dt.timedelta(days=int(serial[1]))
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueUnreadable(_not_a_date())
        return day.isoformat()
    if parts := _PARTS.fullmatch(text):
        first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
        check_year(year, iso3=iso3)
        return _from_parts(first, second, year, dotted=parts[2] == ".", day_first=day_first)
    if written := _year_month_day(text):
        check_year(written[0], iso3=iso3)
        return _day(*written)
    raise ValueUnreadable(_not_a_date())


def _year_month_day(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of a text that leaves no doubt which is which."""
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := _COMPACT.fullmatch(text) or _EAST_ASIAN.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    for form in _NAMED:
        if (found := form.fullmatch(text)) and (month := _month(found["month"])):
            return int(found["year"]), month, int(found["day"])
    return None


def _month(name: str) -> int:
    """Return 1 to 12 for an English month or its first letters, at least three; 0 for any other word."""
    begins = name.casefold()
    return next((at for at, month in enumerate(_MONTHS, 1) if month.startswith(begins)), 0)


def _from_parts(first: int, second: int, year: int, *, dotted: bool, day_first: bool | None) -> str:
    if dotted or first > 12 or first == second:
        return _day(year, second, first)
    if second > 12:
        return _day(year, first, second)
    if day_first is None:
        raise ValueUnreadable(
            _("This could be %(one)s or %(other)s: write one of them.")
            % {"one": _day(year, second, first), "other": _day(year, first, second)}
        )
    return _day(year, second, first) if day_first else _day(year, first, second)


def _day(year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        raise ValueUnreadable(_("There is no such day. Write it as 2027-01-15.")) from None


def _not_a_date() -> str:
    return _("Not a date: write it as 2027-01-15.")


def order_of_days(texts: Iterable[str]) -> bool | None:
    """Return whether a column writes the day first, from the cells that leave no doubt; None where none does."""
    votes = set()
    for text in texts:
        if (parts := _PARTS.fullmatch(" ".join(text.split()))) and parts[2] != ".":
            first, second = int(parts[1]), int(parts[3])
            if first > 12 >= second:
                votes.add(True)
            elif second > 12 >= first:
                votes.add(False)
    return votes.pop() if len(votes) == 1 else None
