"""What a plan gives up: against a plan without weights, against the best scores alone, and the needs that get nothing.

Plain data for JSON: ids, codes and counts; the page puts them into words. Of long lists the first `MOST_NAMED` are
kept, beside how many there are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matching.allocation.candidates import Candidates
from matching.allocation.solving import AllocationProblem, Flags, best_first, solve
from matching.allocation.weighing import GROUPS, Membership
from matching.choices import MatchStatus, WithoutPick
from matching.models import Match
from surveys.models import Need

MOST_NAMED = 100
OTHERS = "others"


@dataclass(frozen=True)
class Compared:
    """The plan and the two that it is held against."""

    problem: AllocationProblem
    plan: Flags
    without_weights: Flags
    best_scores: Flags

    @classmethod
    def of(cls, problem: AllocationProblem, plan: Flags) -> "Compared":
        """Work out the other two; Unsolved where the solver does not get there."""
        alike = replace(problem, weight=np.minimum(problem.weight, 1))
        return cls(
            problem=problem,
            plan=plan,
            without_weights=plan if np.array_equal(alike.weight, problem.weight) else solve(alike),
            best_scores=best_first(problem),
        )


def totals(compared: Compared, candidates: Candidates) -> dict[str, int]:
    """Return what the plan comes to."""
    return {
        "candidates": len(candidates.matches),
        "needs": len(candidates.needs),
        "offers": len(candidates.offers),
        "needs_with_nothing": int((compared.problem.weight > 0).sum()),
        "served_already": len(candidates.in_hand),
        **_of_a_plan(compared.problem, compared.plan),
    }


def gives_up(compared: Compared, candidates: Candidates, membership: Membership) -> dict[str, Any]:
    """Return what the plan gives up; two queries."""
    needs = np.array(candidates.needs, dtype=np.int64)
    problem = compared.problem
    newly = {
        name: set(needs[problem.served(chosen) & (problem.weight > 0)].tolist())
        for name, chosen in (
            ("plan", compared.plan),
            ("without_weights", compared.without_weights),
            ("best_scores", compared.best_scores),
        )
    }
    return {
        **{
            name: {
                **_of_a_plan(problem, chosen),
                "lost": _named(newly[name] - newly["plan"]),
                "gained": _named(newly["plan"] - newly[name]),
            }
            for name, chosen in (
                ("without_weights", compared.without_weights),
                ("best_scores", compared.best_scores),
            )
        },
        "groups": _groups(compared, candidates, membership, newly),
        **_nothing(compared, candidates),
    }


def _of_a_plan(problem: AllocationProblem, chosen: Flags) -> dict[str, int]:
    counts = problem.served(chosen) & (problem.weight > 0)
    return {"picks": int(chosen.sum()), "served": int(counts.sum()), "score": int(problem.score[chosen].sum())}


def _named(ids: Iterable[Any]) -> dict[str, Any]:
    every = sorted(ids)
    return {"number": len(every), "needs": every[:MOST_NAMED]}


def _groups(
    compared: Compared, candidates: Candidates, membership: Membership, newly: dict[str, set[int]]
) -> list[list[Any]]:
    """Return rows of group, needs at choice, and needs served by each plan; a country in several counts in each."""
    groups_of = {row.need: membership.groups_of(row.country) or (OTHERS,) for row in candidates.matches}
    at_choice = {pk for pk, weight in zip(candidates.needs, compared.problem.weight.tolist(), strict=True) if weight}
    counts = [
        Counter(group for pk in served for group in groups_of[pk])
        for served in (at_choice, newly["plan"], newly["without_weights"], newly["best_scores"])
    ]
    return [[group, *(count[group] for count in counts)] for group in (*GROUPS, OTHERS)]


def _nothing(compared: Compared, candidates: Candidates) -> dict[str, Any]:
    """Return the open needs that have nothing and get nothing, by reason; and of full offers who has their places."""
    chosen = [row for row, is_chosen in zip(candidates.matches, compared.plan.tolist(), strict=True) if is_chosen]
    picked = {row.need for row in chosen}
    has_place = dict(zip(candidates.offers, (compared.problem.left(compared.plan) != 0).tolist(), strict=True))
    fitting_offers: dict[int, list[int]] = defaultdict(list)
    for row in candidates.matches:
        fitting_offers[row.need].append(row.offer)
    suggested = set(Match.objects.filter(status=MatchStatus.SUGGESTED).order_by().values_list("need", flat=True))
    by_reason: dict[WithoutPick, list[int]] = {reason: [] for reason in WithoutPick}
    open_needs = Need.objects.published().open_now().order_by("pk")
    for pk, confirmed_on in open_needs.values_list("pk", "confirmed_on"):
        if pk in picked or candidates.in_hand[pk]:
            continue
        if confirmed_on is None:
            reason = WithoutPick.UNCONFIRMED
        elif pk in fitting_offers:
            is_full = not any(has_place[offer] for offer in fitting_offers[pk])
            reason = WithoutPick.NO_PLACE if is_full else WithoutPick.MOST_IN_ALL
        else:
            reason = WithoutPick.NOT_PROPOSABLE if pk in suggested else WithoutPick.NO_SUGGESTION
        by_reason[reason].append(pk)
    nothing = {str(reason): _named(needs) for reason, needs in by_reason.items()}
    crowded = {pk: fitting_offers[pk] for pk in nothing[WithoutPick.NO_PLACE]["needs"]}
    taken_by: dict[int, list[int]] = defaultdict(list)
    for offer in {offer for offers in crowded.values() for offer in offers}:
        taken_by[offer] = candidates.held_by.get(offer, [])[:MOST_NAMED]
    for row in chosen:
        if row.offer in taken_by:
            taken_by[row.offer].append(row.need)
    return {
        "nothing": nothing,
        "offers_that_fit": {str(pk): offers for pk, offers in crowded.items()},
        "taken_by": {str(offer): needs[:MOST_NAMED] for offer, needs in sorted(taken_by.items())},
    }
