"""Terms in working days of a country: its weekend, its public holidays, and when its clock stands still."""

import datetime as dt
from collections.abc import Collection

from surveys.models import ClockStop
from surveys.models.posting import Posting
from web.working_days import is_working_day

ANSWER_DAYS = 60
"""Working days in which a side answers a proposal; then it closes."""
REMINDER_DAYS = 30
"""Working days after which a side that has not answered is reminded, once."""
LEAST_NOTICE_DAYS = 10
"""Working days that are left at least after the reminder, however late it is."""
HELD_DAYS = 5
"""Working days in which a refusal can be taken back, unless the secretariat passes it on before."""
NOT_NOW_MONTHS = 6
"""Before a match is suggested again that a side did not want at the time, or did not answer."""

Period = tuple[dt.date, dt.date]
"""First and last day, both included."""


def last_day_of_term(
    begin: dt.date, working_days: int, iso3: str | None, *, stopped: Collection[Period] = ()
) -> dt.date:
    """Return the last day of a term of so many working days, of which the first is the one after `begin`.

    Working days are those of the country (ISO3), see `web.working_days`. Days of `stopped` do not count.
    """
    day, left = begin, working_days
    while left > 0:
        day += dt.timedelta(days=1)
        if is_working_day(day, iso3) and not any(first <= day <= last for first, last in stopped):
            left -= 1
    return day


def term_for(posting: Posting, begin: dt.date, working_days: int) -> dt.date:
    """Return the last day of a term of the country that the posting is of, with what is known now of its clock."""
    country = posting.posting_country
    iso3 = country.pk if country else None
    return last_day_of_term(begin, working_days, iso3, stopped=_stops_of(iso3, since=begin))


def _stops_of(iso3: str | None, *, since: dt.date) -> list[Period]:
    stops = ClockStop.objects.filter(window=iso3, last_day__gte=since) if iso3 else ClockStop.objects.none()
    return list(stops.order_by("first_day").values_list("first_day", "last_day"))
