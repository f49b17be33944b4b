"""Terms in working days of a country: its weekend, its public holidays, and when its clock stands still."""

import datetime as dt
from collections.abc import Collection, Mapping

from surveys.models.postings.posting import Posting
from surveys.postings.deciding.windows import stops_of
from web.calendar.days import today
from web.calendar.working_days import Period, last_day_of_term

ANSWER_DAYS = 60
"""Working days in which a side answers a proposal; then it closes."""
REMINDER_DAYS = 30
"""Working days after which a side that has not answered is reminded, once."""
LEAST_NOTICE_DAYS = 10
"""Working days that are left at least after the reminder, however late it is."""
HELD_DAYS = 5
"""Working days in which a refusal or an objection can be taken back, unless the secretariat passes it on before."""
NOT_NOW_MONTHS = 6
"""Before a match is suggested again that a side did not want at the time, or did not answer."""


def term_for(
    posting: Posting, begin: dt.date, working_days: int, *, stops: Mapping[str, Collection[Period]] | None = None
) -> dt.date:
    """Return the last day of a term of the country that the posting is of, with what is known now of its clock.

    stops: when the clocks of all countries stand still, from who counts many terms; None: one query.
    """
    country = posting.posting_country
    iso3 = country.pk if country else None
    stopped = stops_of(iso3, since=begin) if stops is None else stops.get(iso3 or "", ())
    return last_day_of_term(begin, working_days, iso3, stopped=stopped)


def last_day_to_take_back(posting: Posting) -> dt.date:
    """Return the last day on which its side takes back what it says today against a match, unless it is passed on."""
    return term_for(posting, today(), HELD_DAYS)
