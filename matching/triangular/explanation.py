"""Why three fit: who covers what, what stays missing, how each reaches the country; as data that pages show."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from matching import engine
from matching.choices import Word
from matching.engine.inputs.case import Case
from matching.engine.rules.criteria import CRITERIA
from matching.models import ScoringProfile, TriangularOption
from matching.scoring.explanation import Explanation, explain_in
from matching.scoring.profiles import default_profile
from matching.scoring.reading_arrays import ListKind, ScoringTables
from matching.triangular.gates import TRIPLE_GATES
from matching.triangular.roles import may_facilitate
from matching.triangular.together import TOPIC, joined, parts_of_triples, words_of_triples
from web.calendar.days import today

SAME, RELATED, NONE = "same", "related", "none"
"""Whether an offer has what is asked for, only its parent or a child, or nothing of the kind."""


def explain_options(
    options: Sequence[TriangularOption],
    *,
    on: dt.date | None = None,
    profile: ScoringProfile | None = None,
    lists: ListKind = ListKind.DESK,
) -> list[Explanation]:
    """Explain each option on a day (today), by a profile (the default one), in a fixed number of queries.

    The result is plain data for JSON, as that of a pair: `closed_by` names what keeps the three from being an option
    today; `areas` and `modalities` list what is asked for, with what either offer has of it; `alone` is the score of
    the pivotal offer alone. The options must come with their postings (`for_lists`).
    """
    if not options:
        return []
    profile = profile or default_profile()
    tables = ScoringTables.read(
        on=on or today(),
        profile=profile,
        need_ids={option.need_id for option in options},
        offer_ids={pk for option in options for pk in (option.pivotal_offer_id, option.facilitating_offer_id)},
        lists=lists,
    )
    case = Case.of(tables.needs, tables.offers, tables.reach, tables.preference, tables.profile)
    by_pivotal = explain_in(tables, pairs=[(one.need, one.pivotal_offer) for one in options], profile=profile)
    by_third = explain_in(tables, pairs=[(one.need, one.facilitating_offer) for one in options], profile=profile)
    return [
        _explain(option, tables=tables, case=case, profile=profile, pivotal=pivotal, third=third)
        for option, pivotal, third in zip(options, by_pivotal, by_third, strict=True)
    ]


def _explain(
    option: TriangularOption,
    *,
    tables: ScoringTables,
    case: Case,
    profile: ScoringProfile,
    pivotal: Explanation,
    third: Explanation,
) -> Explanation:
    need, one, other = (
        np.flatnonzero(postings.ids == pk)
        for postings, pk in (
            (tables.needs, option.need_id),
            (tables.offers, option.pivotal_offer_id),
            (tables.offers, option.facilitating_offer_id),
        )
    )
    criteria = _criteria(case, need, one, other, of_the_pair=pivotal["criteria"])
    score = sum(part["contribution"] for part in criteria)
    closed = [name for name, gate in TRIPLE_GATES.items() if gate(case, need, one, other).item()]
    closed += _closed_by_roles(option, south=tables.reach_table.taking_part)
    if score < profile.min_score:
        closed.append("below_least_score")
    return {
        "need": option.need_id,
        "pivotal_offer": option.pivotal_offer_id,
        "facilitating_offer": option.facilitating_offer_id,
        "on": tables.on.isoformat(),
        "profile": {"code": profile.code, "version": profile.version},
        "engine_version": engine.ENGINE_VERSION,
        "closed_by": closed,
        "pivotal_gates": pivotal["gates"],
        "score": score,
        "alone": pivotal["score"],
        "fit": Word(words_of_triples(case, need, one, other).item()).fit.value,
        "criteria": criteria,
        "areas": _covered(pivotal["areas"], third["areas"]),
        "modalities": _covered(pivotal["modalities"], third["modalities"]),
        "region": {"pivotal": pivotal["region"], "facilitating": third["region"]},
        "topic": pivotal["topic"],
        "is_triple_south": _iso3(option) in tables.reach_table.taking_part,
    }


def _criteria(case: Case, need: Any, pivotal: Any, third: Any, *, of_the_pair: list[dict[str, Any]]) -> list[Any]:
    """Return each criterion's exact fraction and contribution; the topic's is that of the pair."""
    together, only = joined(case, need, pivotal, third), np.zeros(1, dtype=np.intp)
    topic = np.array([of_the_pair[TOPIC]["contribution"]], dtype=np.int32)
    contributions = parts_of_triples(case, need, pivotal, third, topic=topic)[0].tolist()
    result = []
    for column, (criterion, part) in enumerate(zip(CRITERIA, of_the_pair, strict=True)):
        ratio = None if column == TOPIC else criterion.fraction(together, need, only)
        exact = (
            {"numerator": int(ratio.numerator.item()), "denominator": int(ratio.denominator.item())} if ratio else {}
        )
        result.append({**part, **exact, "contribution": contributions[column]})
    return result


def _closed_by_roles(option: TriangularOption, *, south: frozenset[str]) -> list[str]:
    """Return what the three postings' agencies and countries close."""
    postings = (option.need, option.pivotal_offer, option.facilitating_offer)
    countries = [posting.posting_country for posting in postings[:2]]
    closed = {
        "not_allowed": not all(posting.facilitating_allowed for posting in postings),
        "not_two_of_the_south": not all(country and country.iso3 in south for country in countries),
        "does_not_facilitate": not may_facilitate(option.facilitating_offer),
    }
    return [name for name, is_closed in closed.items() if is_closed]


def _iso3(option: TriangularOption) -> str | None:
    country = option.facilitating_offer.posting_country
    return country.iso3 if country else None


def _covered(pivotal: dict[str, Any], third: dict[str, Any]) -> list[dict[str, str]]:
    """Return what is asked for, by code, with what each of the two offers has of it."""
    has = [_has(pivotal), _has(third)]
    return [{"code": code, "pivotal": has[0][code], "facilitating": has[1][code]} for code in sorted(has[0])]


def _has(sets: dict[str, Any]) -> dict[str, str]:
    return {
        **dict.fromkeys(sets["shared"], SAME),
        **{related["asked"]: RELATED for related in sets.get("related", ())},
        **dict.fromkeys(sets["missing"], NONE),
    }
