"""The one place where the state of a match, or of a triangular option, is written.

The tables MATCH_STEPS and OPTION_STEPS say which steps there are, from which states each may be taken, and where it
leads.
Whoever takes one calls

- `take_step` or `take_option_step`: one row, by a person, a clock or the calendar;
- `take_steps`: all rows of a query that the step is open to, as when a posting is withdrawn;
- `suggest_rows`, `return_rows`, `lapse_rows`: what a run does to rows by the hundred thousand, as columns of arrays;
  `add_shown_rows` and `show_rows` for what those see of them who were not told of any step.

All of them write the state, what goes with it (only a suggestion has places in lists), `updated_at`, and the event,
together. A step is conditional on the state that it expects, in the database: doing it twice does it once, and the
second of two people is told. No event is left where nobody took a step: by what nobody has decided lapsing and
returning. A test finds any other writer.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from numpy.typing import NDArray

from directory.access import Action, can
from directory.models import Paper, User
from matching.choices import COOPERATION, DECIDED, Audience, EventKind, MatchStatus, OptionEventKind, OptionStatus
from matching.models import Match, MatchEvent, TriangularEvent, TriangularOption
from matching.models.triangular.option import POSTINGS
from surveys.choices import Side
from web import bulk

LONGEST_NOTE = 5_000
"""In characters."""
MOST_NAMED = 5_000
"""So many ids a statement names; more take several."""

Status = TypeVar("Status", MatchStatus, OptionStatus)
Row = TypeVar("Row", Match, TriangularOption)
Event = TypeVar("Event", MatchEvent, TriangularEvent)


class ReviewRefused(ValueError):
    """The step cannot be taken; the message says why and what would be right, for people."""


@dataclass(frozen=True)
class Step(Generic[Status]):
    """From which statuses a step may be taken, and to which it leads; None: the status stays."""

    open_from: frozenset[Status]
    leads_to: Status | None = None


ANY = frozenset(MatchStatus)
ONLY_PROPOSED = frozenset({MatchStatus.PROPOSED})

MATCH_STEPS: Mapping[EventKind, Step[MatchStatus]] = {
    EventKind.RELEASED: Step(ANY),
    EventKind.WITHHELD: Step(ANY),
    EventKind.NOTED: Step(ANY),
    EventKind.ASSIGNED: Step(ANY),
    EventKind.CHECKED: Step(ANY),
    EventKind.PROPOSED: Step(frozenset({MatchStatus.SUGGESTED}), MatchStatus.PROPOSED),
    EventKind.SET_ASIDE: Step(frozenset({MatchStatus.SUGGESTED}), MatchStatus.SET_ASIDE),
    EventKind.TAKEN_BACK: Step(
        frozenset({MatchStatus.SET_ASIDE, MatchStatus.PROPOSED, MatchStatus.NOT_TAKEN_FORWARD}), MatchStatus.SUGGESTED
    ),
    EventKind.CLEARANCE_BEGUN: Step(ONLY_PROPOSED),
    EventKind.CLEARED: Step(ONLY_PROPOSED),
    EventKind.OBJECTED: Step(ONLY_PROPOSED),
    EventKind.OBJECTION_TAKEN_BACK: Step(ONLY_PROPOSED),
    EventKind.ASKED: Step(ONLY_PROPOSED),
    EventKind.ANSWERED: Step(ONLY_PROPOSED),
    EventKind.ANSWER_TAKEN_BACK: Step(ONLY_PROPOSED),
    EventKind.NOT_TAKEN_FORWARD: Step(ONLY_PROPOSED, MatchStatus.NOT_TAKEN_FORWARD),
    EventKind.INTRODUCED: Step(ONLY_PROPOSED, MatchStatus.INTRODUCED),
    EventKind.REFERENCED: Step(frozenset({MatchStatus.INTRODUCED}) | COOPERATION),
    EventKind.AGREED: Step(frozenset({MatchStatus.INTRODUCED}), MatchStatus.AGREED),
    EventKind.COMPLETED: Step(frozenset({MatchStatus.AGREED}), MatchStatus.COMPLETED),
    EventKind.OUTCOME_RECORDED: Step(COOPERATION),
    EventKind.OUTCOME_CONFIRMED: Step(frozenset({MatchStatus.COMPLETED})),
    EventKind.CONSENTED: Step(COOPERATION),
    EventKind.CONSENT_WITHDRAWN: Step(COOPERATION),
    EventKind.FOLLOWED_UP: Step(DECIDED),
    EventKind.LAPSED: Step(
        frozenset({MatchStatus.SUGGESTED, MatchStatus.PROPOSED, MatchStatus.INTRODUCED}), MatchStatus.LAPSED
    ),
    EventKind.RETURNED: Step(frozenset({MatchStatus.LAPSED, MatchStatus.NOT_TAKEN_FORWARD}), MatchStatus.SUGGESTED),
}
"""The steps in the life of a match."""

OPTION_STEPS: Mapping[OptionEventKind, Step[OptionStatus]] = {
    OptionEventKind.PROPOSED: Step(frozenset({OptionStatus.SUGGESTED}), OptionStatus.PROPOSED),
    OptionEventKind.SET_ASIDE: Step(frozenset({OptionStatus.SUGGESTED}), OptionStatus.SET_ASIDE),
    OptionEventKind.TAKEN_BACK: Step(
        frozenset({OptionStatus.SET_ASIDE, OptionStatus.PROPOSED}), OptionStatus.SUGGESTED
    ),
    OptionEventKind.LAPSED: Step(frozenset({OptionStatus.SUGGESTED, OptionStatus.PROPOSED}), OptionStatus.LAPSED),
    OptionEventKind.RETURNED: Step(frozenset({OptionStatus.LAPSED}), OptionStatus.SUGGESTED),
}
"""The steps in the life of a triangular option."""


@dataclass(frozen=True)
class Life:
    """What the steps of one kind of row read and write."""

    steps: Mapping[Any, Step[Any]]
    event: Any
    """The model of its events."""
    row_of_event: str
    suggested: str
    lapsed: EventKind | OptionEventKind
    returned: EventKind | OptionEventKind
    postings: tuple[str, ...]
    places: tuple[str, ...]
    """The columns of its places in lists, which only a suggestion has."""
    decision: tuple[str, ...]
    """The columns of what people decided, which a suggestion has not."""
    not_open: Promise
    too_late: Promise

    def state(self, step: Step[Any]) -> dict[str, Any]:
        """Return the columns that say where the step leads: the status, and what a row of that status has not."""
        if step.leads_to is None:
            return {}
        emptied = self.decision if step.leads_to == self.suggested else self.places
        return {**dict.fromkeys(emptied), "status": step.leads_to.value}

    def write_events(self, kind: Any, rows: Iterable[tuple[int, str]], *, by: User | None) -> None:
        """Write the event of a step for each of these rows: its id, and the status that it stood in before."""
        leads_to = self.steps[kind].leads_to
        self.event.objects.bulk_create(
            self.event(
                **{f"{self.row_of_event}_id": pk}, kind=kind, from_status=before, to_status=leads_to or before, by=by
            )
            for pk, before in rows
        )


LIVES: Mapping[Any, Life] = {
    Match: Life(
        steps=MATCH_STEPS,
        event=MatchEvent,
        row_of_event="match",
        suggested=MatchStatus.SUGGESTED.value,
        lapsed=EventKind.LAPSED,
        returned=EventKind.RETURNED,
        postings=("need", "offer"),
        places=("rank_for_need", "rank_for_offer"),
        decision=("decided_on", "refused_until"),
        not_open=gettext_lazy("This match is “%(status)s”; the step is not open to it. Look at it again."),
        too_late=gettext_lazy("Someone else decided this match in the meantime; look at it again."),
    ),
    TriangularOption: Life(
        steps=OPTION_STEPS,
        event=TriangularEvent,
        row_of_event="option",
        suggested=OptionStatus.SUGGESTED.value,
        lapsed=OptionEventKind.LAPSED,
        returned=OptionEventKind.RETURNED,
        postings=POSTINGS,
        places=("rank",),
        decision=("decided_on",),
        not_open=gettext_lazy("This option is “%(status)s”; the step is not open to it. Look at it again."),
        too_late=gettext_lazy("Someone else decided this option in the meantime; look at it again."),
    ),
}


def check_open(row: Match | TriangularOption, kind: EventKind | OptionEventKind | str) -> None:
    """Raise ReviewRefused unless the step is open to the row in the status that it was read with."""
    life = LIVES[type(row)]
    if row.status not in life.steps[kind].open_from:
        raise ReviewRefused(str(life.not_open) % {"status": row.get_status_display()})


def take_step(
    match: Match,
    kind: EventKind,
    *,
    by: User | None,
    note: str = "",
    audience: Audience = Audience.INTERNAL,
    side: Side | None = None,
    details: Mapping[str, Any] | None = None,
    paper: Paper | None = None,
    **values: Any,
) -> MatchEvent:
    """Take one step: write `values` and the status that the step leads to, and the event.

    paper: from which the secretariat recorded it, where the side said it in a note verbale or a letter.

    Call it in a transaction, with the match as it was just read. Raises ReviewRefused where the step is not open, the
    note too long, or someone else moved the match meanwhile.
    """
    event = MatchEvent(
        match=match,
        kind=kind,
        by=by,
        note=note.strip(),
        audience=audience,
        side=side or "",
        details=dict(details) if details else None,
        paper=paper,
    )
    _take(match, event, values)
    return event


def take_option_step(
    option: TriangularOption, kind: OptionEventKind, *, by: User | None, note: str = "", **values: Any
) -> TriangularEvent:
    """Take one step of a triangular option, as `take_step` does of a match."""
    event = TriangularEvent(option=option, kind=kind, by=by, note=note.strip())
    _take(option, event, values)
    return event


def take_steps(
    rows: QuerySet[Row], kind: EventKind | OptionEventKind, *, by: User | None, only_from: Collection[str] | None = None
) -> list[Row]:
    """Take one step on each of these rows that it is open to; return them as they stood before.

    The others are passed over; `only_from` narrows the states from which it is taken. What nobody has decided leaves
    no event where nobody takes the step (`by` is None). Call it in a transaction: the rows are held until it ends.
    """
    life: Life = LIVES[rows.model]
    step = life.steps[kind]
    open_from = step.open_from if only_from is None else step.open_from & set(only_from)
    columns = ("pk", "status", *life.postings, *life.places)
    found = rows.filter(status__in=open_from).order_by("pk").only(*columns).select_for_update(of=("self",))
    locked = list(found)
    for first in range(0, len(locked), MOST_NAMED):
        named = [row.pk for row in locked[first : first + MOST_NAMED]]
        rows.model.objects.filter(pk__in=named, status__in=open_from).update(
            updated_at=timezone.now(), **life.state(step)
        )
    told = [row for row in locked if by is not None or row.status != life.suggested]
    life.write_events(kind, [(row.pk, row.status) for row in told], by=by)
    return locked


def suggest_rows(model: type[Row], columns: bulk.Columns) -> NDArray[np.int64]:
    """Insert suggestions with these columns, and return their ids.

    For runs, as the functions that follow: call each in a transaction, with the table locked, so that the rows stand
    in the status in which they were read.
    """
    number = next(len(values) for values in columns.values() if isinstance(values, np.ndarray))
    if not number:
        return np.zeros(0, dtype=np.int64)
    ids = bulk.new_ids(model, number)
    moments = dict.fromkeys(("created_at", "scored_at", "updated_at"), bulk.moment(timezone.now()))
    bulk.insert(model, {"id": ids, **columns, **moments, "status": LIVES[model].suggested})
    return ids


def add_shown_rows(model: type[Row], columns: bulk.Columns, *, now: dt.datetime) -> None:
    """Insert rows with these columns that are not suggested, and that others see as if nobody had decided anything.

    Such as the fits of an offer whose places were all agreed before its fit came up.
    """
    number = next(len(values) for values in columns.values() if isinstance(values, np.ndarray))
    if not number:
        return
    life = LIVES[model]
    moments = dict.fromkeys(("created_at", "scored_at", "updated_at"), bulk.moment(now))
    state = life.state(life.steps[life.lapsed])
    bulk.insert(model, {"id": bulk.new_ids(model, number), **columns, **moments, **state})


def show_rows(model: type[Row], ids: NDArray[np.int64], columns: bulk.Columns) -> None:
    """Bring what others see of rows to these columns. It is no step: nothing is decided, and `updated_at` stays."""
    bulk.update(model, ids, columns)


def return_rows(
    model: type[Row], ids: NDArray[np.int64], columns: bulk.Columns, *, were_decided: NDArray[np.bool_]
) -> None:
    """Suggest rows again that had lapsed, or whose refusal is over; those that people had decided get an event."""
    life = LIVES[model]
    decided = ids[were_decided].tolist()
    for first in range(0, len(decided), MOST_NAMED):
        named = model.objects.filter(pk__in=decided[first : first + MOST_NAMED]).order_by("pk")
        life.write_events(life.returned, list(named.values_list("pk", "status")), by=None)
    now = bulk.moment(timezone.now())
    state = life.state(life.steps[life.returned])
    bulk.update(model, ids, {**columns, **state, "scored_at": now, "updated_at": now})


def rescore_rows(model: type[Row], ids: NDArray[np.int64], columns: bulk.Columns, *, is_moved: bool) -> None:
    """Bring suggestions that stay suggestions to these figures.

    It is no step: the status stays, and nobody hears of it. is_moved: their score or their word has changed, not only
    a place.
    """
    now = bulk.moment(timezone.now())
    bulk.update(model, ids, {**columns, "updated_at": now, **({"scored_at": now} if is_moved else {})})


def lapse_rows(model: type[Row], ids: NDArray[np.int64], columns: bulk.Columns) -> None:
    """Let suggestions lapse that stand in no list any more; nobody has decided them, so that there is no event."""
    life = LIVES[model]
    state = life.state(life.steps[life.lapsed])
    bulk.update(model, ids, {**columns, **state, "updated_at": bulk.moment(timezone.now())})


def check_reviewer(by: User, note: str = "") -> None:
    """Raise ReviewRefused unless the person decides on matches, and the note is not too long."""
    if not can(by, Action.REVIEW_MATCHES):
        raise ReviewRefused(_("Only reviewers and managers of the secretariat decide on matches."))
    check_note(note)


def check_note(note: str) -> None:
    """Raise ReviewRefused for a note that is too long."""
    if len(note) > LONGEST_NOTE:
        raise ReviewRefused(
            _("The note has %(length)d characters; at most %(limit)d fit.")
            % {"length": len(note), "limit": LONGEST_NOTE}
        )


def lock_match(match: Match) -> Match:
    """Return the match as it stands in the database now, with its postings, held until the transaction ends."""
    Match.objects.select_for_update(of=("self",)).only("pk").get(pk=match.pk)
    return Match.objects.for_lists().get(pk=match.pk)


def _take(row: Match | TriangularOption, event: MatchEvent | TriangularEvent, values: dict[str, Any]) -> None:
    """Write one step: the row, where it still stands in the status that it was read with, and the event."""
    life = LIVES[type(row)]
    check_note(event.note)
    check_open(row, event.kind)
    step = life.steps[event.kind]
    if values := {**values, **life.state(step)}:
        # A note leaves the moment as it was: whoever is not told of the note would read there that there is one.
        values["updated_at"] = timezone.now()
        if not type(row).objects.filter(pk=row.pk, status=row.status).update(**values):
            raise ReviewRefused(str(life.too_late))
    event.from_status, event.to_status = row.status, step.leads_to or row.status
    for name, value in values.items():
        setattr(row, name, value)
    event.save(force_insert=True)
