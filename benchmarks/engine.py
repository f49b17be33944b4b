"""Time the matching engine against the plain way of doing it: whole matrices of floats in NumPy.

    python -m benchmarks.engine [--needs 10000] [--offers 10000] [--repeat 3]

Each runs in a process of its own, so that its peak memory is its own. The postings are GENERATED from a
fixed seed; two in three of their sets of areas are distinct, so that the engine saves little by working
equal sets out once.
"""

import argparse
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.engine import ENGINE_VERSION, Excluded, Postings, Preference, Profile, Reach, suggest

SEED = 2018
N_AREAS, N_MODALITIES, N_COUNTRIES = 30, 6, 204
LEVELS = np.array([0, 0, 40, 50, 60, 70, 75, 80, 90, 100], dtype=np.uint8)


class Tables(NamedTuple):
    """What a run reads."""

    needs: Postings
    offers: Postings
    reach: Reach
    preference: Preference
    profile: Profile


class Result(NamedTuple):
    """What one way of doing it took and found."""

    seconds: list[float]
    start_mb: float
    peak_mb: float
    pairs: set[int]
    """Suggested pairs, as need × number of offers + offer."""


def masks(rng: np.random.Generator, count: int, *, bits: int, least: int, most: int) -> np.ndarray:
    """Random sets of `least` to `most` of `bits`."""
    size = rng.integers(least, most + 1, count)[:, None]
    rank = rng.random((count, bits)).argsort(axis=1)
    return np.where(rank < size, np.uint64(1) << np.arange(bits, dtype=np.uint64), 0).sum(axis=1, dtype=np.uint64)


def generated_postings(rng: np.random.Generator, count: int) -> Postings:
    """Generated postings of one side, not real ones."""
    return Postings(
        ids=rng.permutation(count).astype(np.int64),
        country=rng.integers(0, N_COUNTRIES, count).astype(np.int32),
        agency=rng.integers(-1, 600, count),
        areas=masks(rng, count, bits=N_AREAS, least=1, most=6),
        modalities=masks(rng, count, bits=N_MODALITIES, least=0, most=4),
        recency=rng.integers(738_000, 739_000, count).astype(np.int32),
        is_open=rng.random(count) < 0.9,
    )


def generated(n_needs: int, n_offers: int) -> Tables:
    """Generated postings, not real ones: the same for the same numbers."""
    rng = np.random.default_rng(SEED)
    related = np.zeros(N_AREAS, dtype=np.uint64)
    related[0], related[1:4] = 0b1110, 0b1
    return Tables(
        needs=generated_postings(rng, n_needs),
        offers=generated_postings(rng, n_offers),
        reach=Reach(rng.choice(LEVELS, (150, N_COUNTRIES)), rng.integers(0, 150, n_offers).astype(np.int32)),
        preference=Preference(rng.choice(LEVELS, (40, N_COUNTRIES)), rng.integers(-1, 40, n_needs).astype(np.int32)),
        profile=Profile(related),
    )


def by_engine(tables: Tables) -> set[int]:
    """Suggest with the engine."""
    found = suggest(*tables, Excluded.none())
    return set((found.need_index * len(tables.offers) + found.offer_index).tolist())


def bits(sets: np.ndarray, count: int) -> np.ndarray:
    """Masks as rows of 0.0 and 1.0."""
    return ((sets[:, None] >> np.arange(count, dtype=np.uint64)) & np.uint64(1)).astype(np.float32)


def by_dense_floats(tables: Tables) -> set[int]:
    """The same score and gates by matrix products in float32; ties fall as they may."""
    needs, offers, reach, preference, profile = tables
    related = bits(profile.related, N_AREAS)
    asked, offered = bits(needs.areas, N_AREAS), bits(offers.areas, N_AREAS)
    asked_near, offered_near = np.minimum(asked + asked @ related, 1), np.minimum(offered + offered @ related, 1)
    credit = asked @ (offered + offered_near).T / 2
    score = 0.45 * credit / (asked.sum(axis=1)[:, None] + 0.1 * ((1 - asked_near) @ offered.T))
    closed = credit == 0
    del credit
    asked, offered = bits(needs.modalities, N_MODALITIES), bits(offers.modalities, N_MODALITIES)
    shared = asked @ offered.T
    score += 0.25 * shared / np.maximum(asked.sum(axis=1)[:, None] + 0.1 * ((1 - asked) @ offered.T), 0.1)
    closed |= (shared == 0) & (asked.any(axis=1, keepdims=True) & offered.any(axis=1))
    del shared
    level = reach.rows[reach.row_of][:, needs.country].T.astype(np.float32) / 100
    closed |= level == 0
    fit = preference.rows[preference.row_of][:, offers.country].astype(np.float32) / 100
    score += 0.3 * np.where(preference.row_of[:, None] >= 0, 0.7 * level + 0.3 * fit, level)
    del level, fit
    closed |= ~(needs.is_open[:, None] & offers.is_open)
    closed |= needs.country[:, None] == offers.country
    closed |= (needs.agency[:, None] == offers.agency) & (offers.agency >= 0)
    score[closed] = -1
    pairs: set[int] = set()
    for matrix, transposed in ((score, False), (score.T, True)):
        width = min(profile.top_k, matrix.shape[1])
        columns = np.argpartition(-matrix, width - 1, axis=1)[:, :width]
        rows = np.broadcast_to(np.arange(len(matrix))[:, None], columns.shape)
        need, offer = (columns, rows) if transposed else (rows, columns)
        listed = np.greater_equal(score[need, offer], profile.min_score / 1e6)
        pairs |= set((need[listed] * len(offers) + offer[listed]).tolist())
    return pairs


def peak_mb() -> float:
    """Most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def measure(way: Callable[[Tables], set[int]], n_needs: int, n_offers: int, repeat: int) -> Result:
    """Run one way `repeat` times on the same generated postings."""
    tables = generated(n_needs, n_offers)
    start_mb, seconds, pairs = peak_mb(), [], set()
    for _ in range(repeat):
        began = time.perf_counter()
        pairs = way(tables)
        seconds.append(time.perf_counter() - began)
    return Result(seconds, start_mb, peak_mb(), pairs)


def main() -> None:
    """Print seconds and peak memory of each way, and in how many pairs they agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--needs", type=int, default=10_000)
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()

    print(f"{chosen.needs:,} needs × {chosen.offers:,} offers, GENERATED (seed {SEED}); NumPy {np.__version__}")
    results = {}
    for name, way in ((f"engine {ENGINE_VERSION}", by_engine), ("dense float32", by_dense_floats)):
        # A pool of one fresh process: spawned, so that it inherits no memory.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            result = pool.apply(measure, (way, chosen.needs, chosen.offers, chosen.repeat))
        results[name] = result
        print(
            f"{name:14} best {min(result.seconds):6.2f} s  median {statistics.median(result.seconds):6.2f} s"
            f"  peak {result.peak_mb:7,.0f} MB (before: {result.start_mb:,.0f})  {len(result.pairs):,} pairs suggested"
        )
    engine, dense = (result.pairs for result in results.values())
    print(f"in both: {len(engine & dense):,} pairs (floats decide ties at random)")


if __name__ == "__main__":
    main()
