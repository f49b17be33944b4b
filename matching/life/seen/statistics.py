"""What a manager wants to see: what waits, how old, what was decided when, how long steps take, for which countries."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directory.models import CountryGroup
from directory.people.membership import members
from matching.choices import COOPERATION, REFUSALS, EventKind, MatchStatus, RefusalReason
from matching.models import Match, MatchEvent, MatchSide
from surveys.models import Need, Offer
from web.calendar.days import today

AGE_BANDS = ((7, "0-7"), (30, "8-30"), (90, "31-90"), (365, "91-365"))
"""Days since a suggestion was first made, up to and including."""
GROUPS = ("LDC", "LLDC", "SIDS", "ESCAP_ENEA", "ESCAP_NCA", "ESCAP_PACIFIC", "ESCAP_SEA", "ESCAP_SSWA")
TIMED_STEPS = (
    (EventKind.PROPOSED, EventKind.ANSWERED),
    (EventKind.ANSWERED, EventKind.INTRODUCED),
    (EventKind.INTRODUCED, EventKind.AGREED),
    (EventKind.AGREED, EventKind.COMPLETED),
)
DECISIONS = (EventKind.PROPOSED, EventKind.RELEASED, EventKind.SET_ASIDE, EventKind.INTRODUCED)
"""What the secretariat decides on a fit."""
MONTHS = 12
PROPOSED_OR_BEYOND = frozenset({MatchStatus.PROPOSED, MatchStatus.INTRODUCED}) | COOPERATION


@dataclass(frozen=True)
class FigureTable:
    """One figure: its code and what it is called, its columns, and its rows, whose first cell names them."""

    code: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def figures(*, since: dt.date | None = None) -> list[FigureTable]:
    """Return all figures in a fixed number of queries; `since` narrows the steps and shares to a period."""
    return [
        by_status(),
        by_age(),
        decisions_by_month(),
        days_a_step(since=since),
        refusals(since=since),
        shares(since=since),
    ]


def by_status() -> FigureTable:
    """Return how many matches are in each state."""
    found = dict(Match.objects.order_by().values_list("status").annotate(Count("pk")))
    rows = [(status.label, found.get(status, 0)) for status in MatchStatus]
    return FigureTable("status", _("Matches by state"), (_("State"), _("Matches")), rows)


def by_age() -> FigureTable:
    """Return how long the suggestions have waited, in days."""
    now = timezone.now()
    counts: dict[str, Count] = {}
    younger = -1
    for last, name in AGE_BANDS:
        older_than, at_most = now - dt.timedelta(days=last + 1), now - dt.timedelta(days=younger + 1)
        counts[name] = Count("pk", filter=Q(created_at__gt=older_than, created_at__lte=at_most))
        younger = last
    counts["365+"] = Count("pk", filter=Q(created_at__lte=now - dt.timedelta(days=younger + 1)))
    aliases = {f"band_{number}": count for number, count in enumerate(counts.values())}
    found = Match.objects.filter(status=MatchStatus.SUGGESTED).aggregate(**aliases)
    rows = [(name, found[f"band_{number}"]) for number, name in enumerate(counts)]
    return FigureTable("age", _("Suggestions that wait, by age in days"), (_("Days"), _("Suggestions")), rows)


def decisions_by_month() -> FigureTable:
    """Return how often the secretariat decided what in each of the last MONTHS months, this one last: one query.

    Months are those of UTC. A decision that was taken back stays one that was taken.
    """
    months = _last_months(today())
    events = MatchEvent.objects.filter(kind__in=DECISIONS, at__date__gte=months[0])
    found = {
        (month, kind): number
        for month, kind, number in events.order_by()
        .annotate(month=TruncMonth("at", tzinfo=dt.UTC))
        .values_list("month", "kind")
        .annotate(Count("pk"))
    }
    taken = {(month.date(), kind): number for (month, kind), number in found.items()}
    rows: list[tuple[Any, ...]] = [
        (date_format(month, "F Y"), *(taken.get((month, kind), 0) for kind in DECISIONS)) for month in months
    ]
    columns = (_("Month"), *(str(EventKind(kind).label) for kind in DECISIONS))
    return FigureTable("decisions", _("Decisions of the last twelve months"), columns, rows)


def _last_months(day: dt.date) -> list[dt.date]:
    """Return the first days of the MONTHS months that end with that of the day."""
    number = day.year * 12 + day.month - 1
    return [dt.date(one // 12, one % 12 + 1, 1) for one in range(number - MONTHS + 1, number + 1)]


def days_a_step(*, since: dt.date | None = None) -> FigureTable:
    """Return the median days from each step to the next, of the matches that took both: one query."""
    events = MatchEvent.objects.filter(kind__in={kind for pair in TIMED_STEPS for kind in pair})
    if since is not None:
        events = events.filter(at__date__gte=since)
    first: dict[int, dict[str, dt.datetime]] = {}
    for match, kind, at in events.order_by().values_list("match", "kind").annotate(first=Min("at")):
        first.setdefault(match, {})[kind] = at
    rows = []
    for before, after in TIMED_STEPS:
        days = [
            (taken[after] - taken[before]).total_seconds() / 86_400
            for taken in first.values()
            if before in taken and after in taken
        ]
        words = f"{EventKind(before).label} → {EventKind(after).label}"
        rows.append((words, len(days), round(median(days), 1) if days else "–"))
    return FigureTable("steps", _("Median days from step to step"), (_("Step"), _("Matches"), _("Median days")), rows)


def refusals(*, since: dt.date | None = None) -> FigureTable:
    """Return why sides did not want to, by code, of the answers that stand: one query."""
    rows = MatchSide.objects.filter(answer__in=REFUSALS)
    if since is not None:
        rows = rows.filter(answered_at__date__gte=since)
    found = dict(rows.order_by().values_list("refusal_reason").annotate(Count("pk")))
    given: list[tuple[Any, ...]] = [(reason.label, found.get(reason, 0)) for reason in RefusalReason]
    given.append((_("No reason given"), found.get("", 0)))
    return FigureTable("refusals", _("Why proposals were declined"), (_("Reason"), _("Answers")), given)


def shares(*, since: dt.date | None = None) -> FigureTable:
    """Return how many needs, offers, matches, proposals and agreements concern each group of countries."""
    labels = CountryGroup.objects.filter(pk__in=GROUPS).labels()
    of_group = {code: {row.country_id for row in members(code, today())} for code in GROUPS}
    matches = Match.objects.all()
    if since is not None:
        matches = matches.filter(created_at__date__gte=since)
    columns: list[Counter[str]] = [
        Counter(dict(Need.objects.published().order_by().values_list("country").annotate(Count("pk")))),
        _by_owner(Offer.objects.published()),
        *(
            Counter(dict(rows.order_by().values_list("need__country").annotate(Count("pk"))))
            for rows in (
                matches.exclude(status=MatchStatus.LAPSED),
                matches.filter(status__in=PROPOSED_OR_BEYOND),
                matches.filter(status__in=COOPERATION),
            )
        ),
    ]
    rows: list[tuple[Any, ...]] = [
        (labels.get(code, code), *(_within(column, of_group[code]) for column in columns)) for code in GROUPS
    ]
    rows.append((_("All countries"), *(sum(column.values()) for column in columns)))
    header = (_("Group"), _("Needs"), _("Offers"), _("Matches"), _("Proposed or beyond"), _("Agreed or completed"))
    return FigureTable("groups", _("By group of the country (of matches: the need's)"), header, rows)


def _by_owner(offers: Any) -> Counter[str]:
    found: Counter[str] = Counter()
    rows = offers.order_by().values_list("country", "agency__country").annotate(number=Count("pk"))
    for own, of_agency, number in rows:
        found[own or of_agency or ""] += number
    return found


def _within(column: Counter[str], countries: Iterable[str]) -> int:
    return sum(column[country] for country in countries)
