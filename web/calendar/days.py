"""Days and deadlines on a round earth: which postings are open now, with people from UTC−12 to UTC+14."""

import datetime as dt
from calendar import monthrange

from django.utils import timezone

LAST_TIME_ZONE = dt.timedelta(hours=-12)
FIRST_TIME_ZONE = dt.timedelta(hours=14)


def today() -> dt.date:
    """Return the current day in UTC: the day of a run, and of every question about a group that names no date."""
    return timezone.now().date()


def last_day_begun(now: dt.datetime | None = None) -> dt.date:
    """Return the latest day that has begun somewhere on earth (UTC+14): what opens on it is open."""
    return ((now or timezone.now()) + FIRST_TIME_ZONE).date()


def first_day_not_ended(now: dt.datetime | None = None) -> dt.date:
    """Return the earliest day that has not ended everywhere on earth (UTC−12): what closes on it is still open."""
    return ((now or timezone.now()) + LAST_TIME_ZONE).date()


def years_before(day: dt.date, years: int) -> dt.date:
    """Return the same day of the calendar `years` years earlier; 28 February where that year has no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month `months` later; the last of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, monthrange(year, month)[1]))
