"""Working days of a country: its weekend, its public holidays, and when its clock stands still."""

import datetime as dt
from collections.abc import Collection
from functools import lru_cache

import holidays

SATURDAY_AND_SUNDAY = frozenset({5, 6})

Period = tuple[dt.date, dt.date]
"""First and last day, both included."""


def last_day_of_term(
    begin: dt.date, working_days: int, iso3: str | None, *, stopped: Collection[Period] = ()
) -> dt.date:
    """Return the last day of a term of so many working days, of which the first is the one after `begin`.

    Weekends and public holidays are those of the country (ISO3), as the package `holidays` knows them; for a country
    that it does not know, and without one, Saturday and Sunday alone. Days of `stopped` do not count.
    """
    day, left = begin, working_days
    while left > 0:
        day += dt.timedelta(days=1)
        if _is_working_day(day, iso3) and not any(first <= day <= last for first, last in stopped):
            left -= 1
    return day


def _is_working_day(day: dt.date, iso3: str | None) -> bool:
    calendar = _calendar(iso3, day.year) if iso3 else None
    if calendar is None:
        return day.weekday() not in SATURDAY_AND_SUNDAY
    return day.weekday() not in calendar.weekend and day not in calendar


@lru_cache(maxsize=512)
def _calendar(iso3: str, year: int) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(iso3, years=year)
    except NotImplementedError:
        return None
