"""Keys whose person has left: managers are told once, and the key ends a month later unless somebody adopts it.

A key stands for an agency, and systems go on by it while people come and go; but somebody has to answer for what is
done with it. The doors by which people leave ask here at once; the daily work finds what ended by a date.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from directory.access import GRANTS, Action, Whose
from directory.choices import KeyScope, Role
from directory.mail import outbox
from directory.mail.receivers import secretariat_people
from directory.models import Affiliation, ApiKey, User
from directory.models.api_key import ApiKeyQuerySet
from directory.reference.history import sign_history
from web.calendar.days import today

KEPT_FOR = dt.timedelta(days=30)


def note_departure(person: User) -> int:
    """Look after the keys that the person answers for, if it has left where they are from; return how many it left."""
    return _note(ApiKey.objects.filter(accountable=person), today())


def note_departures(on: dt.date) -> int:
    """Do so for everybody, on the day `on`; return how many keys nobody answers for any more. Run it daily."""
    return _note(ApiKey.objects.all(), on)


@transaction.atomic
def _note(keys: ApiKeyQuerySet, on: dt.date) -> int:
    rows = list(
        keys.in_force(on)
        .filter(adopt_by__isnull=True)
        .select_for_update(of=("self",))
        .select_related("agency", "accountable")
    )
    serving = _places_of({row.accountable for row in rows}, on)
    left = [row for row in rows if not _still_serves(row, serving[row.accountable_id])]
    for row in left:
        row.adopt_by = on + KEPT_FOR
        sign_history(row, by=None, reason="left")
        row.save(update_fields=["adopt_by"])
        outbox.write(
            kind="key_left",
            key=f"key_left:{row.pk}:{row.accountable_id}:{row.adopt_by}",
            about={"key": row.pk},
            to=secretariat_people(Role.MANAGER),
        )
    return len(left)


def _places_of(people: Iterable[User], on: dt.date) -> dict[int, list[Affiliation]]:
    """Return by person the affiliations in force on the day: one query."""
    found: dict[int, list[Affiliation]] = defaultdict(list)
    active = [person.pk for person in people if person.is_active and person.erased_at is None]
    if active:
        for one in Affiliation.objects.in_force(on).filter(user__in=active).select_related("agency"):
            found[one.user_id].append(one)
    return found


def _still_serves(key: ApiKey, places: list[Affiliation]) -> bool:
    """Return whether a place gives what the key was made by, with or without a letter: a letter may be late."""
    return any(_gives(key, one) for one in places)


def _gives(key: ApiKey, place: Affiliation) -> bool:
    whose = GRANTS[place.role].get(Action.MANAGE_KEYS)
    if whose == Whose.ALL or KeyScope.READ_MATCHES in key.scopes:
        return whose == Whose.ALL
    if whose == Whose.COUNTRY and key.agency.country_id is not None:
        return place.agency.country_id == key.agency.country_id
    return whose is not None and place.agency_id == key.agency_id
