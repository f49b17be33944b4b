"""The choice of pairs, in numbers alone: no database, and no clock but the solver's limit of time.

The choice is a flow in a network: from each need, at most so many units, along its pairs, into offers that take so many
as they have places. The corners of such a linear program are whole numbers, and so are its prices: HiGHS's simplex
method finds the best plan itself, without branching, and what it found is checked in whole numbers afterwards.

Three sums are to be best, one after the other: the weights of the needs served, the scores, and, so that equals do not
depend on chance, the places of the pairs in the order given. One sum with factors so great that the first always
outweighs the second would leave the range in which floating point is exact. So each is a program of its own, and the
prices of one say which plans are best in it: a row with a price is used up in all of them, a variable with one stays at
its bound in all of them. `_Face` keeps just those plans, and the next sum chooses among them.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, hstack, vstack

NO_LIMIT = -1
"""Places of an offer that states none."""
SECONDS = 20.0
"""How long the solver may take for one plan."""
GREATEST_WEIGHT = 1_000_000
OPTIMAL = 0
# Whole numbers are read from floating point; what lies further off is none.
WHOLE = 1e-6

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Unsolved(RuntimeError):
    """The solver did not reach the best plan; the message says why, in English, for the log."""


@dataclass(frozen=True)
class AllocationProblem:
    """What is at choice. The pairs stand in the order in which equals are preferred: the first come first."""

    need: Numbers
    """Of each pair: the index of its need. No two pairs have the same need and offer."""
    offer: Numbers
    """Of each pair: the index of its offer."""
    score: Numbers
    """Of each pair: millionths, 0 to 1,000,000."""
    places: Numbers
    """Of each offer: how many pairs it takes, one place each; NO_LIMIT: any number."""
    weight: Numbers
    """Of each need: what it counts once it is served; 0: it may get pairs, and does not count."""
    most: Numbers
    """Of each need: how many pairs at most."""
    most_in_all: int | None = None
    """How many pairs at most; None: no limit."""

    def __post_init__(self) -> None:
        sizes = {len(self.need), len(self.offer), len(self.score)}
        if len(sizes) != 1:
            raise ValueError("need, offer and score must be of one length")
        if len(self.weight) != len(self.most):
            raise ValueError("weight and most must be of one length")
        for name, index, size in (("need", self.need, self.n_needs), ("offer", self.offer, self.n_offers)):
            if len(index) and not (index.min() >= 0 and index.max() < size):
                raise ValueError(f"{name} has an index beyond the {size} there are")
        for name, values, low, high in (
            ("score", self.score, 0, 1_000_000),
            ("weight", self.weight, 0, GREATEST_WEIGHT),
            ("places", self.places, NO_LIMIT, None),
            ("most", self.most, 0, None),
        ):
            if len(values) and (values.min() < low or (high is not None and values.max() > high)):
                raise ValueError(f"{name} must be from {low} to {high}")
        if self.most_in_all is not None and self.most_in_all < 0:
            raise ValueError("most_in_all must not be negative")
        if len(np.unique(self.need * max(self.n_offers, 1) + self.offer)) < self.n_pairs:
            raise ValueError("a need and an offer are a pair twice")

    @property
    def n_pairs(self) -> int:
        """How many pairs are at choice."""
        return len(self.need)

    @property
    def n_needs(self) -> int:
        """How many needs there are."""
        return len(self.weight)

    @property
    def n_offers(self) -> int:
        """How many offers there are."""
        return len(self.places)

    def served(self, chosen: Flags) -> Flags:
        """Return of each need whether it has at least one of the chosen pairs."""
        return self._taken(self.need[chosen], self.n_needs) > 0

    def left(self, chosen: Flags) -> Numbers:
        """Return of each offer the places that the chosen pairs leave; NO_LIMIT where it has no limit."""
        left = self.places - self._taken(self.offer[chosen], self.n_offers)
        return np.where(self.places == NO_LIMIT, NO_LIMIT, left)

    def keeps_limits(self, chosen: Flags) -> bool:
        """Whether the chosen pairs keep to all limits."""
        limited = self.places != NO_LIMIT
        taken = self._taken(self.offer[chosen], self.n_offers)
        return bool(
            np.all(self._taken(self.need[chosen], self.n_needs) <= self.most)
            and np.all(taken[limited] <= self.places[limited])
            and (self.most_in_all is None or int(chosen.sum()) <= self.most_in_all)
        )

    @staticmethod
    def _taken(index: Numbers, size: int) -> Numbers:
        return np.bincount(index, minlength=size).astype(np.int64)


def solve(problem: AllocationProblem, *, seconds: float = SECONDS) -> Flags:
    """Return of each pair whether the best plan has it.

    Best is, each held before the next is asked: the greatest sum of the weights of the needs served; the greatest sum
    of the scores; the least sum of the pairs' places in the order given (0, 1, 2, …). All three are exact. Of plans
    that are equal in all three the solver's own is taken: the same for the same input and version of HiGHS.
    Raises Unsolved where that is not reached within `seconds`.
    """
    if not problem.n_pairs:
        return np.zeros(0, dtype=np.bool_)
    face = _Face.of(problem)
    pairs, needs = np.zeros(problem.n_pairs), np.zeros(problem.n_needs)
    ends_at = time.monotonic() + seconds
    levels = (
        np.concatenate([pairs, -problem.weight.astype(float)]),
        np.concatenate([-problem.score.astype(float), needs]),
        np.concatenate([np.arange(problem.n_pairs, dtype=float), needs]),
    )
    worth: list[int] = []
    values: Numbers = np.zeros(0, dtype=np.int64)
    for level in levels:
        values = face.narrow(level, seconds=ends_at - time.monotonic())
        whole = level.astype(np.int64)
        worth.append(int(whole @ values))
    chosen = values[: problem.n_pairs] == 1
    _check(problem, chosen, levels=levels, worth=worth)
    return chosen


def best_first(problem: AllocationProblem) -> Flags:
    """Return the plan that looks at scores alone: from the best pair down, each that the limits still allow."""
    left = {index: places for index, places in enumerate(problem.places.tolist()) if places != NO_LIMIT}
    most = problem.most.tolist()
    in_all = problem.n_pairs if problem.most_in_all is None else problem.most_in_all
    chosen = np.zeros(problem.n_pairs, dtype=np.bool_)
    for pair in np.argsort(-problem.score, kind="stable").tolist():
        if not in_all:
            break
        need, offer = int(problem.need[pair]), int(problem.offer[pair])
        if most[need] and left.get(offer, 1):
            chosen[pair] = True
            most[need] -= 1
            in_all -= 1
            if offer in left:
                left[offer] -= 1
    return chosen


@dataclass
class _Face:
    """The plans that are still in question: all at first, and after each level those that are best in it.

    The variables are one for each pair (chosen) and one for each need (served), from `low` to `high`; each row of the
    matrix is at most its limit, or equal to it once `is_tight`.
    """

    matrix: csr_array
    limit: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    is_tight: Flags

    @classmethod
    def of(cls, problem: AllocationProblem) -> "_Face":
        """Return all plans that keep to the limits."""
        n_pairs, n_needs = problem.n_pairs, problem.n_needs
        column, one = np.arange(n_pairs), np.ones(n_pairs)
        of_need = coo_array((one, (problem.need, column)), shape=(n_needs, n_pairs)).tocsr()
        of_offer = coo_array((one, (problem.offer, column)), shape=(problem.n_offers, n_pairs)).tocsr()
        limited = np.flatnonzero(problem.places != NO_LIMIT)
        diagonal = np.arange(n_needs)
        served = coo_array((np.ones(n_needs), (diagonal, diagonal)), shape=(n_needs, n_needs))
        nothing = coo_array((n_needs, n_needs))
        rows = [
            hstack([of_need, nothing]),
            hstack([-of_need, served]),
            hstack([of_offer[limited], coo_array((len(limited), n_needs))]),
        ]
        limits = [problem.most.astype(float), np.zeros(n_needs), problem.places[limited].astype(float)]
        if problem.most_in_all is not None:
            rows.append(hstack([coo_array(one[None, :]), coo_array((1, n_needs))]))
            limits.append(np.array([float(problem.most_in_all)]))
        matrix, limit = vstack(rows).tocsr(), np.concatenate(limits)
        return cls(
            matrix=matrix,
            limit=limit,
            low=np.zeros(n_pairs + n_needs),
            high=np.ones(n_pairs + n_needs),
            is_tight=np.zeros(len(limit), dtype=np.bool_),
        )

    def narrow(self, cost: NDArray[np.float64], *, seconds: float) -> Numbers:
        """Return a plan of least cost, and keep only the plans of that cost.

        Every plan of least cost, and no other, uses up the rows that have a price, and leaves at its bound what has a
        price there (complementary slackness). Prices are whole numbers, as the costs are.
        """
        if seconds <= 0:
            raise Unsolved("The time is over.")
        loose = ~self.is_tight
        # Half a second and 27 MB, which no process of the portal needs that makes no plan.
        from scipy.optimize import linprog

        found: Any = linprog(
            cost,
            A_ub=self.matrix[loose],
            b_ub=self.limit[loose],
            A_eq=self.matrix[self.is_tight] if self.is_tight.any() else None,
            b_eq=self.limit[self.is_tight] if self.is_tight.any() else None,
            bounds=np.stack([self.low, self.high], axis=1),
            method="highs-ds",
            options={"time_limit": seconds},
        )
        if found.status != OPTIMAL:
            raise Unsolved(str(found.message))
        values = _whole(found.x)
        self.high = np.where(_whole(found.lower.marginals) != 0, self.low, self.high)
        self.low = np.where(_whole(found.upper.marginals) != 0, self.high, self.low)
        self.is_tight[np.flatnonzero(loose)[_whole(found.ineqlin.marginals) != 0]] = True
        return values


def _whole(values: NDArray[np.float64]) -> Numbers:
    rounded = np.rint(values)
    if np.any(np.abs(values - rounded) > WHOLE * np.maximum(1.0, np.abs(rounded))):
        raise Unsolved("The solver returned fractions where whole numbers must be.")
    return rounded.astype(np.int64)


def _check(
    problem: AllocationProblem, chosen: Flags, *, levels: tuple[NDArray[np.float64], ...], worth: list[int]
) -> None:
    """Raise Unsolved unless the plan keeps the limits and is worth, in whole numbers, what each level found."""
    served = problem.served(chosen)
    values = np.concatenate([chosen, served]).astype(np.int64)
    if not problem.keeps_limits(chosen) or [int(level.astype(np.int64) @ values) for level in levels] != worth:
        raise Unsolved("The solver's plan does not hold in whole numbers.")
