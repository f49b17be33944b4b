"""Making a plan, and what a reviewer does with it: apply it to the queue, or discard it."""

import logging
from collections import Counter
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directory.models import User
from matching.allocation.candidates import Candidates
from matching.allocation.giving_up import Compared, gives_up, totals
from matching.allocation.solving import Unsolved, solve
from matching.allocation.weighing import Membership, Settings
from matching.choices import DECIDED, AllocationState, LeftOut
from matching.life.steps import ReviewRefused, check_reviewer
from matching.models import Allocation, AllocationPick
from web import jobs
from web.calendar.days import today

logger = logging.getLogger(__name__)


def begin(*, by: User, settings: Settings) -> Allocation:
    """Ask for a plan, and return it: worked out where this portal does its long jobs, and nothing done to any match.

    Raises ReviewRefused where `by` does not decide on matches.
    """
    check_reviewer(by)
    allocation = Allocation.objects.create(by=by, **asdict(settings))
    jobs.later("matching.tasks.make_plan", allocation.pk)
    return allocation


def work(allocation: Allocation) -> None:
    """Work a plan out that was asked for: for today, whatever day that was. One that cannot be made fails."""
    try:
        _make(allocation)
    except Unsolved as unsolved:
        logger.exception("No plan was found in time: %s", allocation.pk)
        allocation.fail(str(unsolved))


def _make(allocation: Allocation) -> None:
    membership = Membership.on_day(today())
    candidates = Candidates.today()
    problem = candidates.problem(Settings.of(allocation), membership)
    compared = Compared.of(problem, solve(problem))
    chosen = [row for row, is_chosen in zip(candidates.matches, compared.plan.tolist(), strict=True) if is_chosen]
    with transaction.atomic():
        held = Allocation.objects.select_for_update(of=("self",)).get(pk=allocation.pk)
        if held.state != AllocationState.MAKING:
            return
        held.state, held.finished_at = AllocationState.PROPOSED, timezone.now()
        held.totals = totals(compared, candidates)
        held.gives_up = gives_up(compared, candidates, membership)
        held.save()
        AllocationPick.objects.bulk_create(
            AllocationPick(allocation=held, match_id=row.match, position=position)
            for position, row in enumerate(chosen, start=1)
        )


@transaction.atomic
def apply(*, allocation: Allocation, by: User) -> list[AllocationPick]:
    """Put the picks into the queue's filter "Plan"; return those left out, with the reason. It proposes nothing.

    What has happened since the plan was made is read again: decisions, places, what the needs have. Raises
    ReviewRefused where `by` does not decide on matches, the plan was decided already, or it has no picks.
    """
    check_reviewer(by)
    allocation = _undecided(allocation)
    picks = list(allocation.picks.select_related("match").order_by("position"))
    if not picks:
        raise ReviewRefused(_("This plan has no matches to apply."))
    left_out = _left_out(picks, most_per_need=allocation.most_per_need)
    AllocationPick.objects.bulk_update(left_out, ["left_out"])
    _decide(allocation, AllocationState.APPLIED, by=by)
    return left_out


@transaction.atomic
def discard(*, allocation: Allocation, by: User) -> None:
    """Put the plan away; it stays to be read. Raises ReviewRefused as `apply` does."""
    check_reviewer(by)
    _decide(_undecided(allocation), AllocationState.DISCARDED, by=by)


def _undecided(allocation: Allocation) -> Allocation:
    """Return the plan as it stands now, held until the transaction ends."""
    now = Allocation.objects.select_for_update(of=("self",)).select_related("decided_by").get(pk=allocation.pk)
    if now.state != AllocationState.PROPOSED and now.decided_at is not None:
        raise ReviewRefused(
            _("This plan was decided on %(when)s by %(who)s: %(state)s.")
            % {
                "when": date_format(now.decided_at, "DATETIME_FORMAT"),
                "who": now.decided_by,
                "state": now.get_state_display(),
            }
        )
    if now.state != AllocationState.PROPOSED:
        raise ReviewRefused(_("This plan is not made: there is nothing to decide."))
    return now


def _decide(allocation: Allocation, state: AllocationState, *, by: User) -> None:
    allocation.state, allocation.decided_by, allocation.decided_at = state, by, timezone.now()
    allocation.save(update_fields=["state", "decided_by", "decided_at"])


def _left_out(picks: list[AllocationPick], *, most_per_need: int) -> list[AllocationPick]:
    """Return the picks that do not go into the queue, in their order, with `left_out` set."""
    now = Candidates.today(only=[pick.match_id for pick in picks])
    still = {row.match for row in now.matches}
    taken: Counter[int] = Counter()
    given: Counter[int] = Counter(now.in_hand)
    left_out = []
    for pick in picks:
        match = pick.match
        left = now.left.get(match.offer_id)
        if match.status in DECIDED:
            pick.left_out = LeftOut.DECIDED
        elif match.pk not in still:
            pick.left_out = LeftOut.NOT_OPEN
        elif left is not None and taken[match.offer_id] >= left:
            pick.left_out = LeftOut.NO_PLACE
        elif given[match.need_id] >= most_per_need:
            pick.left_out = LeftOut.ENOUGH
        else:
            taken[match.offer_id] += 1
            given[match.need_id] += 1
            continue
        left_out.append(pick)
    return left_out
