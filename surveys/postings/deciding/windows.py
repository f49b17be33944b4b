"""A country's window: who approves what its agencies post, and pausing it.

The one place that says who publishes alone. *single*, also where a country has said nothing: the coordinator, and a
manager while none is in force, so that nothing waits for nobody; *several*: each designated agency, and the coordinator
is informed; *secretariat*: a manager, who checks with the mission or ministry. Agencies beyond one country (UN
entities, funds, banks) are approved by the secretariat.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.mail.receivers import coordinators_of
from directory.models import Affiliation, Agency, Country, User
from surveys.choices import PostingStatus, Visibility, WindowKind
from surveys.models import ClockStop, CountryWindow, Need, Offer, Response
from surveys.models.postings.posting import Posting
from surveys.postings.changes import tell_postings_changed
from web.calendar.working_days import Period

DECIDED = ("kind", "default_visibility", "clearance", "clearance_days")
"""What a country decides of its window, beside the pause."""


class WindowRefused(ValueError):
    """The window cannot be changed so; the message is for people."""


def window_of_country(country: Country | None) -> CountryWindow:
    """Return the window of a country, with the defaults where it has none of its own; not saved then."""
    if country is None:
        return CountryWindow()
    return CountryWindow.objects.filter(country=country).first() or CountryWindow(country=country)


def window_of(posting: Posting | Response) -> CountryWindow:
    """Return the window that a posting, or a response, goes through: of its country, else of its agency's."""
    return window_of_country(posting.posting_country)


def publishes_alone(user: User, posting: Posting | Response) -> bool:
    """Return whether the person's own word is enough to publish the posting."""
    if can(user, Action.MANAGE_POSTINGS):
        return True
    kind = window_of(posting).kind
    if posting.posting_country is None or kind == WindowKind.SECRETARIAT:
        return False
    may_write = posting.is_within(scope_of(user, Action.POST))
    if kind == WindowKind.SEVERAL:
        return may_write
    return posting.is_within(scope_of(user, Action.APPROVE_POSTINGS))


def is_approved_by_coordinator(posting: Posting | Response) -> bool:
    """Return whether the country's coordinator decides on what is submitted, and not the secretariat.

    As `surveys.models.window.decided_by_coordinator` says it for queries.
    """
    country = posting.posting_country
    if country is None or window_of_country(country).kind != WindowKind.SINGLE:
        return False
    return Affiliation.objects.coordinating(timezone.now().date()).filter(agency__country=country).exists()


def may_approve(user: User, posting: Posting | Response) -> bool:
    """Return whether the person approves what is submitted of the posting: see `awaiting_approval_by`."""
    scope = scope_of(user, Action.APPROVE_POSTINGS)
    if is_approved_by_coordinator(posting):
        return not scope.everything and posting.is_within(scope)
    return scope.everything


def coordinators_before(by: User, agency: Agency) -> list[User]:
    """Return the coordinators who see first what a person of the agency asks the secretariat; empty: nobody does.

    Where the country has a single window, it has somebody who speaks for it, and that is not who asks.
    """
    if agency.country is None or window_of_country(agency.country).kind != WindowKind.SINGLE:
        return []
    coordinators = coordinators_of(agency.country_id, agency.pk)
    return [] if by in coordinators else coordinators


def default_visibility(country: Country | None) -> Visibility:
    """Return whom new postings of the country are visible to, unless chosen otherwise."""
    return Visibility(window_of_country(country).default_visibility)


def may_decide(user: User, country: Country) -> bool:
    """Return whether the person decides how the country's window is: its coordinator, or a manager for it."""
    return scope_of(user, Action.APPROVE_POSTINGS).covers(agency_id=None, countries=frozenset({country.pk}))


@transaction.atomic
def change(*, country: Country, by: User, values: Mapping[str, Any], note: str = "") -> CountryWindow:
    """Let the country's coordinator, or a manager, say how it wants it; `values` by the names of DECIDED.

    What a coordinator says counts as told today. `note` is for the secretariat. What waits for approval then waits for
    whom the window names now. Raises WindowRefused, and ValidationError for a value that cannot be.
    """
    if not may_decide(by, country):
        raise WindowRefused(_("Only the country's coordinator decides on its window, or a manager for it."))
    window = _held(country)
    changed = [name for name in DECIDED if name in values and getattr(window, name) != values[name]]
    if not changed and not note.strip():
        return window
    for name in changed:
        setattr(window, name, values[name])
    if not can(by, Action.MANAGE_DESIGNATIONS):
        window.told_on = timezone.now().date()
    _save(window, by=by, note=note, reason="changed")
    return window


def stops_by_country() -> dict[str, list[Period]]:
    """Return all times in which the terms of a country (ISO3) do not run: for who counts many terms; one query."""
    found: dict[str, list[Period]] = {}
    for iso3, *days in ClockStop.objects.order_by("first_day").values_list("window", "first_day", "last_day"):
        found.setdefault(iso3, []).append((days[0], days[1]))
    return found


def stops_of(iso3: str | None, *, since: dt.date) -> list[Period]:
    """Return the times, not over on the day `since`, in which the terms of a country (ISO3) do not run."""
    stops = ClockStop.objects.filter(window=iso3, last_day__gte=since) if iso3 else ClockStop.objects.none()
    return list(stops.order_by("first_day").values_list("first_day", "last_day"))


def stops_of_each(countries: Collection[str]) -> dict[str, list[Period]]:
    """Return, by country (ISO3), all times in which its terms do not run; one query."""
    found: dict[str, list[Period]] = {iso3: [] for iso3 in countries}
    stops = ClockStop.objects.filter(window__in=found).order_by("first_day")
    for iso3, first_day, last_day in stops.values_list("window", "first_day", "last_day"):
        found[iso3].append((first_day, last_day))
    return found


@transaction.atomic
def pause(*, country: Country, by: User, note: str = "") -> CountryWindow:
    """Hide the country's postings from all but itself and the secretariat, without a public trace."""
    return _set_pause(country, by=by, note=note, paused=True)


@transaction.atomic
def resume(*, country: Country, by: User, note: str = "") -> CountryWindow:
    """Show the country's postings again, as they were."""
    return _set_pause(country, by=by, note=note, paused=False)


def _held(country: Country) -> CountryWindow:
    window, _is_new = CountryWindow.objects.select_for_update().get_or_create(country=country)
    return window


def _save(window: CountryWindow, *, by: User, note: str, reason: str) -> None:
    if note.strip():
        window.note = f"{window.note}\n{timezone.now():%Y-%m-%d}: {note.strip()}".strip()
    window.full_clean()
    own: Any = window
    own._change_reason, own._history_user = reason, by  # noqa: SLF001 - the library's own way
    window.save()


def _set_pause(country: Country, *, by: User, note: str, paused: bool) -> CountryWindow:
    if not may_decide(by, country):
        raise WindowRefused(_("Only the country's coordinator pauses its postings, or a manager for it."))
    window = _held(country)
    if (window.paused_at is not None) == paused:
        return window
    window.paused_at, window.paused_by = (timezone.now(), by) if paused else (None, None)
    _save(window, by=by, note=note, reason="paused" if paused else "resumed")
    for model in (Offer, Need):
        own: Any = model.objects.filter(Q(country=country) | Q(agency__country=country))
        # They are hidden, or shown again: to who listens they have changed, though no row of theirs was written.
        hidden = own.filter(status=PostingStatus.PUBLISHED).order_by("pk")
        tell_postings_changed(model, list(hidden.values_list("pk", flat=True)), by=by)
    return window
