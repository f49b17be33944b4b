"""`make eval`: does the score put those first who really worked together? On real texts and real projects.

    make eval PAIRS=initiatives.csv PROJECTS=projects.csv

PAIRS: what was done, told by an office, and the initiative that it belongs to; columns id, need_text, offer_title,
offer_text, theme, office_iso3. Each text has to find its own initiative among all of them. PROJECTS: columns id, title,
description, host_iso3, provider_iso3, regions, themes, primary_sdg, secondary_sdgs. Each project in turn becomes the
needs of its hosts, the others the offers of their providers: how high does a true provider stand? "the portal's score"
is that of a provider's best pair; "whom to ask" takes its best five distinct offers together, by the rule of the desk's
page of that name.

Each file is read twice: as it is, and with names of countries, their people and their agencies masked, for a need that
names its provider can be answered without knowing what fits. DCG@10 counts the first true answer alone, 1 / log2(1 +
its place) down to place 10 (the pairs have one true answer each: there it is nDCG). Ties count as in a draw. Intervals
hold 95 % of 2,000 resamples of the rows, from a fixed seed; those of a difference to the portal's score take both from
the same rows.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks")
os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")
django.setup()

from benchmarks.evaluation_data import ReadText, Task, pairs_task, projects_task  # noqa: E402
from benchmarks.retrieval import bm25, tf_idf  # noqa: E402
from benchmarks.texts import masked  # noqa: E402
from matching.asking.ranking import ScoredOffer, best_of_each, weight_of  # noqa: E402
from matching.engine import CRITERIA, MILLION  # noqa: E402
from matching.models import ScoringProfile  # noqa: E402

SEED, RESAMPLES = 2018, 2_000
CLOSED = -1.0


class Measures(NamedTuple):
    """Of each row: expected values over the order of ties."""

    dcg_of_first: np.ndarray
    mrr: np.ndarray
    hit_at_1: np.ndarray
    hit_at_10: np.ndarray


def measures(scores: np.ndarray, task: Task) -> Measures:
    """Return how high the best true answer of each row stands; `scores` is float64[rows, candidates]."""
    rows = []
    for row_scores, truth, left_out in zip(scores, task.truth, task.left_out, strict=True):
        candidates = np.flatnonzero(~left_out)
        values, is_true = row_scores[candidates], truth[candidates]
        best = values[is_true].max()
        above, tied = int((values > best).sum()), int((values == best).sum())
        # The first of `true` ones among `tied` in random order, after `above` others.
        rows.append(_expected(above, tied, int((is_true & (values == best)).sum())))
    by_row = np.array(rows)
    groups = np.unique(task.group)
    # Needs of one project share its fate: each project counts once.
    by_group = np.array([by_row[task.group == group].mean(axis=0) for group in groups])
    return Measures(*by_group.T)


def _expected(above: int, tied: int, true: int) -> tuple[float, float, float, float]:
    chance, left, expected = 1.0, tied, np.zeros(4)
    for place in range(above + 1, above + tied - true + 2):
        here = chance * true / left
        found = (1 / np.log2(1 + place) if place <= 10 else 0.0, 1 / place, float(place <= 1), float(place <= 10))
        expected += here * np.array(found)
        chance, left = chance - here, left - 1
    return tuple(expected)  # type: ignore[return-value]


def pair_scores(task: Task, weights: dict[str, int]) -> np.ndarray:
    """Return float64[needs, offers]: the portal's score by these weights, in [0, 1]; closed pairs below all others."""
    total = sum(weights[name] for name in task.fractions)
    score = sum(weights[name] * fraction for name, fraction in task.fractions.items()) / max(total, 1)
    return np.where(task.is_open, score, CLOSED)


def weighted(task: Task, weights: dict[str, int]) -> np.ndarray:
    """Return the portal's score of the best pair of each candidate."""
    return task.best_of_candidate(pair_scores(task, weights))


def whom_to_ask(task: Task, weights: dict[str, int]) -> np.ndarray:
    """Return where each candidate stands on the desk's page "Whom to ask", from below; one number for a tie.

    Its weights are whole numbers beyond any float, so that their order is returned, and not they.
    """
    scores = np.rint(pair_scores(task, weights) * MILLION).astype(np.int64)
    weight = np.full(task.truth.shape, 0, dtype=object)
    alike = np.arange(len(task.candidate)) if task.offer_alike is None else task.offer_alike
    for row, (row_scores, is_open) in enumerate(zip(scores.tolist(), task.is_open, strict=True)):
        offers = (
            ScoredOffer(int(task.candidate[offer]), int(alike[offer]), row_scores[offer], 0, offer)
            for offer in np.flatnonzero(is_open).tolist()
        )
        for best in best_of_each(offers).values():
            weight[row, task.candidate[best[0].offer_id]] = weight_of(one.score for one in best)
    return np.unique(weight, return_inverse=True)[1].reshape(weight.shape)


def ways(task: Task, defaults: dict[str, int]) -> dict[str, Callable[[], np.ndarray]]:
    """Return every way of ordering that is compared, by name."""
    on = [name for name in task.fractions if defaults[name]]
    rng = np.random.default_rng(SEED)
    shape = (len(task.truth), task.truth.shape[1])
    found: dict[str, Callable[[], np.ndarray]] = {
        "the portal's score": lambda: weighted(task, defaults),
    }
    if task.offer_alike is not None:
        found["whom to ask"] = lambda: whom_to_ask(task, defaults)
    for name in task.fractions:
        found[f"  {name} alone"] = lambda name=name: weighted(task, dict.fromkeys(defaults, 0) | {name: 1})  # type: ignore[misc]
    for name in on:
        found[f"  all but {name}"] = lambda name=name: weighted(task, defaults | {name: 0})  # type: ignore[misc]
    for name, scores in {"topic": task.fractions["topic"], "TF-IDF": tf_idf(task), "BM25": bm25(task)}.items():
        # Behind the gates a rival knows what was stated as the portal does; without them, neither.
        for gates, keep in {"behind the gates": task.is_open, "gates off": task.is_other_side}.items():
            if (name, gates) != ("topic", "behind the gates"):
                found[f"{name}, {gates}"] = lambda scores=scores, keep=keep: task.best_of_candidate(  # type: ignore[misc]
                    np.where(keep, scores, CLOSED)
                )
    found["random"] = lambda: rng.random(shape)
    popularity = task.popularity
    if popularity is not None:
        found["popularity"] = lambda: popularity
    return found


def interval(values: np.ndarray) -> tuple[float, float]:
    """Return the bounds that hold 95 % of the means of resamples."""
    rng = np.random.default_rng(SEED)
    means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def report(task: Task, defaults: dict[str, int]) -> None:
    """Print the table of one task."""
    print(f"\n{task.title}: {len(task.truth)} rows, {task.truth.shape[1]} candidates")
    print(f"{'':26} DCG@10 {'95 %':>13}    MRR {'95 %':>13}  hit@1 hit@10   MRR less the portal's")
    portal: Measures | None = None
    for name, way in ways(task, defaults).items():
        found = measures(np.round(way(), 6), task)
        dcg, mrr = interval(found.dcg_of_first), interval(found.mrr)
        print(
            f"{name:26} {found.dcg_of_first.mean():6.3f} {dcg[0]:6.3f}-{dcg[1]:.3f} "
            f"{found.mrr.mean():6.3f} {mrr[0]:6.3f}-{mrr[1]:.3f} "
            f"{found.hit_at_1.mean():6.3f} {found.hit_at_10.mean():6.3f}",
            end="\n" if portal is None else "   ",
        )
        if portal is not None:
            differences = found.mrr - portal.mrr
            low, high = interval(differences)
            print(f"{differences.mean():+.3f} ({low:+.3f} to {high:+.3f})")
        portal = portal or found


def report_weights(tasks: list[Task]) -> None:
    """Print what the back-test says of other weights: areas, region and topic in steps of 5, by the best first."""
    for task in tasks:
        if "region" not in task.fractions:
            continue
        rows = []
        for areas in range(5, 60, 5):
            for region in range(5, 60, 5):
                topic = 100 - areas - region
                if topic < 5:
                    continue
                weights = {"areas": areas, "modalities": 0, "region": region, "topic": topic}
                rows.append((measures(np.round(weighted(task, weights), 6), task).mrr.mean(), weights))
        rows.sort(key=lambda row: -row[0])
        print(f"\n{task.title}, other weights (MRR):")
        for mrr, weights in rows:
            print(f"  {mrr:.3f}  " + ", ".join(f"{name} {weight}" for name, weight in weights.items() if weight))


OTHER_WEIGHTS = ((10, 15, 25, 50), (20, 15, 20, 45), (30, 20, 30, 20))
LEVELS, LEAST_SCORES = (0, 10, 20, 25, 30), (0.25, 0.30, 0.32, 0.35, 0.40)


def report_choices(task: Task, profile: ScoringProfile) -> None:
    """Print how other weights, other levels of the topic and other least scores would do; `task` has no such level."""
    names = [criterion.name for criterion in CRITERIA]
    defaults = {name: int(getattr(profile, f"weight_{name}")) for name in names}

    def mrr(level: int, weights: dict[str, int]) -> np.ndarray:
        return measures(np.round(weighted(at_level(task, level), weights), 6), task).mrr

    default = mrr(profile.unstated_topic, defaults)
    print(f"\n{task.title}, other choices; the default: MRR {default.mean():.3f}")
    choices = [
        *((str(weights), profile.unstated_topic, dict(zip(names, weights, strict=True))) for weights in OTHER_WEIGHTS),
        *((f"topic at least {level} %", level, defaults) for level in LEVELS),
    ]
    for name, level, weights in choices:
        differences = mrr(level, weights) - default
        low, high = interval(differences)
        print(f"  {name:22} {differences.mean():+.3f} ({low:+.3f} to {high:+.3f})")
    # The files state no modalities: these count their level.
    score = sum(
        defaults[name] * fraction for name, fraction in at_level(task, profile.unstated_topic).fractions.items()
    )
    score = np.where(task.is_open, score / 100 + defaults["modalities"] * profile.unstated_modalities / 10_000, CLOSED)
    best_true = np.where(task.truth & ~task.left_out, task.best_of_candidate(score), CLOSED).max(axis=1)
    print("Least score: share of the open pairs, and of the best true pairs, that reach it")
    for least in LEAST_SCORES:
        kept = [(values[values >= 0] >= least).mean() for values in (score, best_true)]
        print(f"  {least:.2f}  {kept[0]:.3f}  {kept[1]:.3f}")


def at_level(task: Task, percent: int) -> Task:
    """Return the task with a floor under the topic."""
    return replace(task, fractions={**task.fractions, "topic": np.maximum(task.fractions["topic"], percent / 100)})


PAIRS_COLUMNS = {"need_text", "offer_title", "offer_text", "theme", "office_iso3"}
PROJECTS_COLUMNS = {
    "title", "description", "host_iso3", "provider_iso3", "regions", "themes", "primary_sdg", "secondary_sdgs",
}  # fmt: skip


def read(path: str, columns: set[str]) -> list[dict[str, str]]:
    """Read a CSV file; end with a sentence where it cannot be read, has no row, or lacks a column."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        sys.exit(f"{path} cannot be read as CSV in UTF-8: {error}")
    if not rows:
        sys.exit(f"{path} has no row below its headings.")
    if missing := columns - set(rows[0]):
        sys.exit(f"{path} lacks {', '.join(sorted(missing))}; it has {', '.join(map(str, rows[0]))}.")
    return rows


def main() -> None:
    """Print the tables of the files that are given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", help="CSV file")
    parser.add_argument("--projects", help="CSV file")
    parser.add_argument("--choices", action="store_true", help="also try other levels and least scores on the projects")
    parser.add_argument("--weights", action="store_true", help="also try other weights on the projects")
    chosen = parser.parse_args()
    if not chosen.pairs and not chosen.projects:
        sys.exit("Name a file: make eval PAIRS=initiatives.csv PROJECTS=projects.csv")
    csv.field_size_limit(10**7)
    profile = ScoringProfile()
    defaults = {criterion.name: int(getattr(profile, f"weight_{criterion.name}")) for criterion in CRITERIA}
    print("weights: " + ", ".join(f"{name} {weight}" for name, weight in defaults.items()))
    pairs = read(chosen.pairs, PAIRS_COLUMNS) if chosen.pairs else []
    projects = read(chosen.projects, PROJECTS_COLUMNS) if chosen.projects else []
    readings: dict[str, ReadText] = {"texts as they are": str, "names masked": masked}
    for words, read_text in readings.items():
        print(f"\n=== {words}")
        tasks = []
        if pairs:
            tasks.append(pairs_task(pairs, profile, read_text))
        if projects:
            tasks.append(projects_task(projects, profile, read_text))
        for task in tasks:
            report(task, defaults)
        if chosen.weights:
            report_weights(tasks)
        if chosen.choices and projects:
            report_choices(projects_task(projects, ScoringProfile(unstated_topic=0), read_text), profile)


if __name__ == "__main__":
    main()
