"""Whose week has begun: who hears by mail once a week, on the first working day of the week of the own country.

A week that was dealt with is noted on the person (`User.weekly_on`), whether there was anything to say or not. So a
week whose first working day passed without the clock is made up for on the next day on which the clock runs, while that
week lasts, and what turns up in the middle of a week waits for the next. Whoever writes the mails of a week asks
`weekly_readers`; the last of them notes it, by `note_week`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from directory.models import Affiliation, User
from web.calendar.days import today
from web.calendar.working_days import first_working_day, week_begins


@dataclass(frozen=True)
class WeeklyReader:
    """Somebody who hears today, for the first time of this week."""

    user: User
    week: dt.date
    """Its first day, work or none, in the reader's country."""
    last: dt.date
    """The day on which a week was last dealt with; of somebody new, the day of joining."""

    @property
    def since(self) -> dt.datetime:
        """What is new since then is news."""
        return dt.datetime.combine(self.last, dt.time.min, tzinfo=dt.UTC)


def weekly_readers(on: dt.date) -> list[WeeklyReader]:
    """Return those in service whose week's mail is due on the day `on`, in a fixed order: one query.

    A person serves the first of its agencies that is of a country; without any, the week begins on Monday.
    """
    rows = (
        Affiliation.objects.in_force(today())
        .filter(Q(user__weekly_on__isnull=True) | Q(user__weekly_on__lt=on))
        .filter(user__is_active=True, user__erased_at__isnull=True)
        .select_related("user", "agency")
        .order_by("user", "pk")
    )
    people: dict[int, User] = {}
    countries: dict[int, str] = {}
    for row in rows:
        people.setdefault(row.user_id, row.user)
        if row.agency.country_id:
            countries.setdefault(row.user_id, row.agency.country_id)
    found = []
    for user in people.values():
        iso3 = countries.get(user.pk)
        reader = WeeklyReader(user, week_begins(on, iso3), user.weekly_on or user.date_joined.date())
        if _is_due(reader, iso3, on):
            found.append(reader)
    return found


def note_week(users: Iterable[User], on: dt.date) -> None:
    """Note that the week of these people was dealt with on the day `on`."""
    User.objects.filter(pk__in=[user.pk for user in users]).update(weekly_on=on)


def _is_due(reader: WeeklyReader, iso3: str | None, on: dt.date) -> bool:
    first = first_working_day(reader.week, iso3)
    return reader.last < reader.week and first is not None and first <= on
