"""Working days of a country: its weekend and its public holidays, and where its week begins."""

import datetime as dt
from collections.abc import Collection
from functools import lru_cache

import holidays

DAYS_OF_A_WEEK = 7
SATURDAY_AND_SUNDAY = frozenset({5, 6})

Period = tuple[dt.date, dt.date]
"""First and last day, both included."""


def is_working_day(day: dt.date, iso3: str | None) -> bool:
    """Return whether people of the country (ISO3) work on the day, as the package `holidays` knows it.

    For a country that it does not know, and without one, they do but on Saturday and Sunday.
    """
    calendar = _calendar(iso3, day.year) if iso3 else None
    if calendar is None:
        return day.weekday() not in SATURDAY_AND_SUNDAY
    return day.weekday() not in calendar.weekend and day not in calendar


def last_day_of_term(
    begin: dt.date, working_days: int, iso3: str | None, *, stopped: Collection[Period] = ()
) -> dt.date:
    """Return the last day of a term of so many working days, of which the first is the one after `begin`.

    Working days are those of the country (ISO3). Days of `stopped` do not count.
    """
    day, left = begin, working_days
    while left > 0:
        day += dt.timedelta(days=1)
        if is_working_day(day, iso3) and not any(first <= day <= last for first, last in stopped):
            left -= 1
    return day


def week_begins(day: dt.date, iso3: str | None) -> dt.date:
    """Return the day on which the working week around the day began: the one after the country's weekend.

    Holidays move nothing. Sunday where Friday and Saturday are free, Saturday where Friday alone is; where the free
    days stand apart, as in Brunei, the week is the longest time without one.
    """
    calendar = _calendar(iso3, day.year) if iso3 else None
    free = SATURDAY_AND_SUNDAY if calendar is None else frozenset(calendar.weekend)
    return day - dt.timedelta(days=(day.weekday() - _first_weekday(free)) % DAYS_OF_A_WEEK)


def first_working_day(begins: dt.date, iso3: str | None) -> dt.date | None:
    """Return the first working day of the week that begins on the day; None where all of it is free."""
    days = (begins + dt.timedelta(days=later) for later in range(DAYS_OF_A_WEEK))
    return next((day for day in days if is_working_day(day, iso3)), None)


def _first_weekday(free: frozenset[int]) -> int:
    """Return the weekday (Monday: 0) after free days that is followed by the most days of work."""
    after_free = [day for day in range(DAYS_OF_A_WEEK) if day not in free and (day - 1) % DAYS_OF_A_WEEK in free]
    return max(after_free, key=lambda day: (_work_from(day, free), -day), default=0)


def _work_from(weekday: int, free: frozenset[int]) -> int:
    return next(later for later in range(DAYS_OF_A_WEEK + 1) if (weekday + later) % DAYS_OF_A_WEEK in free)


@lru_cache(maxsize=512)
def _calendar(iso3: str, year: int) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(iso3, years=year)
    except NotImplementedError:
        return None
