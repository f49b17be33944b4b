"""The two tasks of the evaluation, as the engine reads them."""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.texts import near_twins
from matching.engine import CRITERIA, UNKNOWN_LANGUAGE, Postings, Preference, Profile, Reach, Texts, Weights
from matching.engine.inputs.case import Case
from matching.engine.rules.gates import GATES
from matching.models import ScoringProfile
from matching.scoring.reading_arrays import LANGUAGES, LANGUAGES_COMPARED
from matching.topic.vectors import texts_of, vectors_of
from surveys.postings.languages import CODES
from surveys.reading.language import proposed_language

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Task:
    """Needs as rows, candidates as columns; several offers may stand for one candidate."""

    title: str
    fractions: dict[str, np.ndarray]
    """float64[needs, offers] by criterion."""
    is_open: np.ndarray
    """bool[needs, offers]: no gate closes the pair, and it is not left out."""
    is_other_side: np.ndarray
    """bool[needs, offers]: the pair is not left out, as those of one project, one country and twins are."""
    candidate: np.ndarray
    """Of each offer."""
    truth: np.ndarray
    """bool[needs, candidates]."""
    left_out: np.ndarray
    """bool[needs, candidates]: the need's own country."""
    group: np.ndarray
    """Rows of one number count as one, by their mean."""
    need_texts: list[str]
    offer_texts: list[str]
    popularity: np.ndarray | None = None
    offer_alike: np.ndarray | None = None
    """Of each offer: those of one number are equal in areas, targets and text. None: a candidate has one offer."""

    def best_of_candidate(self, scores: np.ndarray) -> np.ndarray:
        """Return the best score among the offers of each candidate; below all others where there is none."""
        best = np.full(self.truth.shape, -2.0)
        for offer, candidate in enumerate(self.candidate.tolist()):
            np.maximum(best[:, candidate], scores[:, offer], out=best[:, candidate])
        return best


ReadText = Callable[[str], str]
"""What the evaluation reads of a text: `str`, the whole, or `benchmarks.texts.masked`."""


def pairs_task(rows: Sequence[dict[str, str]], profile: ScoringProfile, read_text: ReadText = str) -> Task:
    """Each row's need (text, theme, office) among all rows' offers (title, text, theme, targeted at the office).

    An offer that is nearly the same as the true one is left out: who puts it first is not wrong.
    """
    themes, offices = _numbers(row["theme"] for row in rows), _numbers(row["office_iso3"] for row in rows)
    areas = [1 << themes[row["theme"]] for row in rows]
    country = [offices[row["office_iso3"]] for row in rows]
    need_texts = [read_text(row["need_text"]) for row in rows]
    offer_texts = [read_text(f"{row['offer_title']}\n{row['offer_text']}") for row in rows]
    reach = np.zeros((len(offices), len(offices)), dtype=np.uint8)
    np.fill_diagonal(reach, profile.level_named)
    case = _case(
        _postings(areas, country, texts_of(vectors_of(need_texts), _languages(need_texts))),
        _postings(areas, [-1] * len(rows), texts_of(vectors_of(offer_texts), _languages(offer_texts))),
        Reach(reach, np.array(country, dtype=np.int32)),
        profile,
    )
    truth = np.eye(len(rows), dtype=np.bool_)
    is_twin = near_twins(offer_texts, offer_texts) & ~truth
    return Task(
        title="Pairs: a report and its initiative",
        fractions=_fractions(case),
        is_open=_is_open(case) & ~is_twin,
        is_other_side=~is_twin,
        candidate=np.arange(len(rows)),
        truth=truth,
        left_out=is_twin,
        group=np.arange(len(rows)),
        need_texts=need_texts,
        offer_texts=offer_texts,
    )


def projects_task(rows: Sequence[dict[str, str]], profile: ScoringProfile, read_text: ReadText = str) -> Task:
    """Each project's hosts in need of it, every other project on offer by its providers to its hosts and regions.

    A project told twice in nearly the same words is no other project.
    """
    countries = _numbers(
        iso3 for row in rows for column in ("host_iso3", "provider_iso3") for iso3 in _countries(row[column])
    )
    areas = _numbers(area for row in rows for area in _areas(row))
    masks = [sum(1 << areas[area] for area in _areas(row)) for row in rows]
    texts = [read_text(f"{row['title']}\n{row['description']}") for row in rows]
    providers = _numbers(iso3 for row in rows for iso3 in _countries(row["provider_iso3"]))
    needs = [
        (number, countries[host])
        for number, row in enumerate(rows)
        for host in _countries(row["host_iso3"])
        if set(_countries(row["provider_iso3"])) - {host}
    ]
    offers = [(number, iso3) for number, row in enumerate(rows) for iso3 in _countries(row["provider_iso3"])]
    need_project, need_country = (np.array(column) for column in zip(*needs, strict=True))
    offer_project = np.array([number for number, _ in offers])
    offer_country = np.array([countries[iso3] for _, iso3 in offers])
    regions = _regions(countries)
    reach = np.stack([_reach(row, countries, regions, profile) for row in rows])
    vectors, languages = vectors_of(texts), _languages(texts)
    need_said, offer_said = (
        texts_of([vectors[number] for number in of], [languages[number] for number in of])
        for of in (need_project, offer_project)
    )
    case = _case(
        _postings([masks[number] for number in need_project], need_country, need_said),
        _postings([masks[number] for number in offer_project], offer_country, offer_said),
        Reach(reach, offer_project.astype(np.int32)),
        profile,
    )
    content = [(mask, _targets(row), text) for mask, row, text in zip(masks, rows, texts, strict=True)]
    alike = _numbers(content)
    is_same = near_twins(texts, texts) | np.eye(len(rows), dtype=np.bool_)
    truth = np.zeros((len(needs), len(providers)), dtype=np.bool_)
    left_out = np.zeros_like(truth)
    popularity = np.zeros_like(truth, dtype=np.float64)
    column_of = {countries[iso3]: column for iso3, column in providers.items()}
    for row, (project, country) in enumerate(needs):
        for iso3 in _countries(rows[project]["provider_iso3"]):
            truth[row, providers[iso3]] = countries[iso3] != country
        if country in column_of:
            left_out[row, column_of[country]] = True
        others = ~is_same[project, offer_project]
        np.add.at(popularity[row], [providers[iso3] for (_, iso3), keep in zip(offers, others, strict=True) if keep], 1)
    is_other_side = ~is_same[need_project[:, None], offer_project] & (need_country[:, None] != offer_country)
    return Task(
        title="Back-test: a project's providers, found by their other projects",
        fractions=_fractions(case),
        is_open=_is_open(case) & is_other_side,
        is_other_side=is_other_side,
        candidate=np.array([providers[iso3] for _, iso3 in offers]),
        truth=truth,
        left_out=left_out,
        group=need_project,
        need_texts=[texts[number] for number in need_project],
        offer_texts=[texts[number] for number in offer_project],
        popularity=popularity,
        offer_alike=np.array([alike[content[number]] for number in offer_project]),
    )


def _case(needs: Postings, offers: Postings, reach: Reach, profile: ScoringProfile) -> Case:
    n_countries = reach.rows.shape[1]
    no_wish = Preference(np.zeros((0, n_countries), dtype=np.uint8), np.full(len(needs), -1, dtype=np.int32))
    # Any weight above 0 lets a criterion be worked out; the evaluation weighs the fractions itself.
    weights = Weights(areas=25, modalities=25, region=25, topic=25)
    related = np.zeros(64, dtype=np.uint64)
    scored_by = Profile(
        related,
        weights=weights,
        unstated_modalities=profile.unstated_modalities,
        unstated_topic=profile.unstated_topic,
        languages=LANGUAGES_COMPARED,
        top_k=profile.top_k,
    )
    return Case.of(needs, offers, reach, no_wish, scored_by)


def _fractions(case: Case) -> dict[str, np.ndarray]:
    need, offer = np.arange(len(case.needs))[:, None], np.arange(len(case.offers))[None, :]
    found = {}
    for criterion in CRITERIA:
        if criterion.name != "modalities":  # the files state none
            ratio = criterion.fraction(case, need, offer)
            found[criterion.name] = np.broadcast_to(
                ratio.numerator / ratio.denominator, (len(case.needs), len(case.offers))
            )
    return found


def _is_open(case: Case) -> np.ndarray:
    need, offer = np.arange(len(case.needs))[:, None], np.arange(len(case.offers))[None, :]
    return ~np.logical_or.reduce([gate(case, need, offer) for gate in GATES.values()])


def _postings(areas: Sequence[int], country: Sequence[int] | np.ndarray, said: Texts) -> Postings:
    size = len(areas)
    return Postings(
        ids=np.arange(size, dtype=np.int64),
        country=np.array(country, dtype=np.int32),
        agency=np.full(size, -1, dtype=np.int64),
        areas=np.array(areas, dtype=np.uint64),
        modalities=np.zeros(size, dtype=np.uint64),
        recency=np.zeros(size, dtype=np.int32),
        is_open=np.ones(size, dtype=np.bool_),
        texts=said,
    )


def _languages(texts: Sequence[str]) -> list[int]:
    """As the form would propose them: a wrong label costs what it costs in the portal."""
    return [LANGUAGES.get(proposed_language(text, among=CODES), UNKNOWN_LANGUAGE) for text in texts]


def _reach(
    row: dict[str, str], countries: dict[str, int], regions: dict[str, set[int]], profile: ScoringProfile
) -> np.ndarray:
    levels = np.zeros(len(countries), dtype=np.uint8)
    for region in _list(row["regions"]):
        levels[list(regions.get(region, ()))] = profile.level_region
    levels[[countries[host] for host in _countries(row["host_iso3"])]] = profile.level_named
    return levels


REGION_GROUPS = {
    "Asia Pacific": ("ASIA_PACIFIC",),
    "Asia": ("M49_ASIA",),
    "Africa": ("M49_AFRICA",),
    "Europe": ("M49_EUROPE",),
    "LAC": ("M49_LAC",),
    "MENA": ("MIDDLE_EAST", "M49_NORTHERN_AFRICA"),
    "North America": ("M49_NORTHERN_AMERICA",),
    "Global": ("G77", "ASIA_PACIFIC", "M49_AFRICA", "M49_EUROPE", "M49_LAC"),
}
"""The regions of the projects file as groups of the portal."""


def _regions(countries: dict[str, int]) -> dict[str, set[int]]:
    with (ROOT / "directory/data/group_memberships.csv").open(encoding="utf-8", newline="") as file:
        members: dict[str, set[str]] = {}
        for row in csv.DictReader(file):
            members.setdefault(row["group"], set()).add(row["country"])
    return {
        region: {countries[iso3] for group in groups for iso3 in members.get(group, ()) if iso3 in countries}
        for region, groups in REGION_GROUPS.items()
    }


def _targets(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted({*_countries(row["host_iso3"]), *_list(row["regions"])}))


def _areas(row: dict[str, str]) -> list[str]:
    return [*_list(row["themes"]), *_list(row["primary_sdg"]), *_list(row["secondary_sdgs"])]


def _list(cell: str) -> list[str]:
    return [part.strip() for part in re.split("[,;]", cell) if part.strip()]


def _countries(cell: str) -> list[str]:
    """The codes, whatever separates them: "DZA;KOR,USA" and "SDN,UGA." stand in the file."""
    return re.findall(r"\b[A-Z]{3}\b", cell)


def _numbers(values: Iterable[Any]) -> dict[Any, int]:
    return {value: number for number, value in enumerate(sorted(set(values)))}
