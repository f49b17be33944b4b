"""A side that does not answer: one reminder, and then the proposal closes, quietly.

The term is `terms.ANSWER_DAYS` working days of its country. A deadline that was told is never moved nearer, only
later: by times in which the country's clock stands still, by a hold, and by a reminder that itself came late.
"""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from matching.choices import Clearance, EventKind, MatchStatus
from matching.life.answers.clearing import end_without_agreement
from matching.life.answers.refusing import held_refusals
from matching.life.seen.sides import posting_of
from matching.life.steps import lock_match
from matching.life.telling.to_sides import write_to_side
from matching.life.terms import ANSWER_DAYS, HELD_DAYS, LEAST_NOTICE_DAYS, NOT_NOW_MONTHS, REMINDER_DAYS, term_for
from matching.models import MatchSide
from surveys.choices import Side
from surveys.models import ClockStop
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.windows import stops_by_country, window_of
from web.calendar.days import months_after
from web.calendar.working_days import Period

Stops = dict[str, list[Period]]


def silent_sides() -> QuerySet[MatchSide]:
    """Return the sides that were asked and have not answered, of proposals that are not on hold."""
    return _unanswered().filter(match__on_hold_at__isnull=True)


def bring_terms_up_to_date(on: dt.date) -> int:
    """Give what runs its last day, later where a clock stood still since; return how many have moved.

    Who was asked before there was a term has a whole one from the day `on`.
    """
    moved, stops = 0, stops_by_country()
    for row in _with_postings(silent_sides()):
        begin = on if row.answer_due_on is None else _day_asked(row)
        moved += _move(row, "answer_due_on", _term_of(row, begin, ANSWER_DAYS, stops))
    for row in _with_postings(_unanswered().filter(match__on_hold_at__isnull=False)):
        # On hold it cannot be answered: when the hold ends, there is time to.
        moved += _move(row, "answer_due_on", _term_of(row, on, LEAST_NOTICE_DAYS, stops))
    for row in _with_postings(held_refusals().filter(take_back_until__isnull=False)):
        # On hold nobody sees it, who could take it back.
        said_at = row.answered_at or row.cleared_at
        begin = on if row.match.on_hold_at is not None or said_at is None else said_at.date()
        moved += _move(row, "take_back_until", _term_of(row, begin, HELD_DAYS, stops))
    heard = MatchSide.objects.filter(match__status=MatchStatus.PROPOSED, clearance=Clearance.NO_OBJECTION)
    stopped = frozenset(ClockStop.objects.filter(last_day__gte=on).order_by().values_list("window", flat=True))
    for row in _with_postings(heard.order_by("pk") if stopped else MatchSide.objects.none()):
        if (window := window_of(_posting(row))).pk in stopped:
            begun = row.match.events.filter(kind=EventKind.CLEARANCE_BEGUN, side=row.side).latest("pk")
            moved += _move(row, "clearance_due_on", _term_of(row, begun.at.date(), window.clearance_days, stops))
    return moved


def remind(on: dt.date) -> int:
    """Remind each side that is silent once, in the middle of its term; return how many mails are new."""
    written, stops = 0, stops_by_country()
    for row in _with_postings(silent_sides().filter(reminded_on__isnull=True)):
        if on <= _term_of(row, _day_asked(row), REMINDER_DAYS, stops):
            continue
        with transaction.atomic():
            row.reminded_on = on
            row.save(update_fields=["reminded_on"])
            _move(row, "answer_due_on", _term_of(row, on, LEAST_NOTICE_DAYS, stops))
            occasion = f"{row.pk}:{_day_asked(row)}"
            written += write_to_side(row.match, Side(row.side), "unanswered", occasion=occasion)
    return written


def close(on: dt.date) -> int:
    """End the proposals to which a side had not answered before the day `on`; return how many.

    As an answer "not at this time" ends them: the other side learns that, and nothing more.
    """
    closed = 0
    due = silent_sides().filter(answer_due_on__lt=on, reminded_on__isnull=False)
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            match = lock_match(MatchSide.objects.select_related("match").get(pk=pk).match)
            row = due.filter(pk=pk).first()
            if row is not None:
                until = months_after(on, NOT_NOW_MONTHS)
                end_without_agreement(match, side=Side(row.side), by=None, refused_until=until)
                closed += 1
    return closed


def _unanswered() -> QuerySet[MatchSide]:
    rows = MatchSide.objects.filter(match__status=MatchStatus.PROPOSED, answer="", asked_at__isnull=False)
    return rows.order_by("pk")


def _with_postings(rows: QuerySet[MatchSide]) -> list[MatchSide]:
    paths = [f"match__{side}__{owner}" for side in ("need", "offer") for owner in ("country", "agency__country")]
    return list(rows.select_related(*paths))


def _posting(row: MatchSide) -> Posting:
    return posting_of(row.match, Side(row.side))


def _day_asked(row: MatchSide) -> dt.date:
    if row.asked_at is None:
        raise ValueError(f"Side {row.pk} was never asked.")
    return row.asked_at.date()


def _term_of(row: MatchSide, begin: dt.date, working_days: int, stops: Stops) -> dt.date:
    return term_for(_posting(row), begin, working_days, stops=stops)


def _move(row: MatchSide, field: str, day: dt.date) -> bool:
    """Set the last day of a term where the new one is later; return whether it was."""
    told = getattr(row, field)
    if told is not None and told >= day:
        return False
    setattr(row, field, day)
    row.save(update_fields=[field])
    return True
