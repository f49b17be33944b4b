"""Why a need and an offer fit, or why they do not: one pair taken apart, as data that pages and API show."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from matching import engine
from matching.choices import ComparedBy, NotOpen, Word
from matching.models import ScoringProfile
from matching.scoring.levels import level_percent
from matching.scoring.profiles import default_profile
from matching.scoring.reading_arrays import ListKind, ScoringTables
from matching.topic import topic_version
from surveys.choices import PostingStatus, Side
from surveys.models import Need, Offer
from surveys.postings.shown.reach import NAMED, OPEN, PlaceKey, Route, places_or_open
from web.calendar.days import first_day_not_ended, today

Explanation = dict[str, Any]


def explain(
    *,
    need: Need,
    offer: Offer,
    on: dt.date | None = None,
    profile: ScoringProfile | None = None,
    lists: ListKind = ListKind.DESK,
) -> Explanation:
    """Explain the pair on a day (today), by a profile (the default one), in a fixed number of queries.

    The result is plain data for JSON: `gates` that close the pair, `score` and each criterion's exact fraction
    and contribution in millionths, what is shared, related, missing and extra, and every route by which the
    offer reaches the need's country. Codes, not words; `matching.scoring.reasons` puts it into words.
    """
    return explain_pairs(pairs=[(need, offer)], on=on, profile=profile, lists=lists)[0]


def explain_each_offer(
    *, need: Need, offers: Iterable[Offer], on: dt.date | None = None, profile: ScoringProfile | None = None
) -> list[Explanation]:
    """Explain a need against each of the offers, open or closed, in one reading of the tables."""
    return explain_pairs(pairs=[(need, offer) for offer in offers], on=on, profile=profile)


def explain_pairs(
    *,
    pairs: Iterable[tuple[Need, Offer]],
    on: dt.date | None = None,
    profile: ScoringProfile | None = None,
    lists: ListKind = ListKind.DESK,
) -> list[Explanation]:
    """Explain each of the pairs, in their order, in one reading of the tables: the queries do not grow with them."""
    pairs = list(pairs)
    if not pairs:
        return []
    profile = profile or default_profile()
    tables = ScoringTables.read(
        on=on or today(),
        profile=profile,
        need_ids={need.pk for need, _offer in pairs},
        offer_ids={offer.pk for _need, offer in pairs},
        lists=lists,
    )
    return explain_in(tables, pairs=pairs, profile=profile)


def explain_in(
    tables: ScoringTables, *, pairs: Iterable[tuple[Need, Offer]], profile: ScoringProfile
) -> list[Explanation]:
    """Explain each of the pairs, in their order, by tables that hold their postings and were read by that profile."""
    need_row = {need_id: row for row, need_id in enumerate(tables.needs.ids.tolist())}
    offer_row = {offer_id: row for row, offer_id in enumerate(tables.offers.ids.tolist())}
    return [
        _explain(
            tables,
            profile=profile,
            need_index=need_row[need.pk],
            offer_index=offer_row[offer.pk],
            need=need,
            offer=offer,
        )
        for need, offer in pairs
    ]


def _explain(
    tables: ScoringTables, *, profile: ScoringProfile, need_index: int, offer_index: int, need: Need, offer: Offer
) -> Explanation:
    pair = engine.explain(
        tables.needs,
        tables.offers,
        tables.reach,
        tables.preference,
        tables.profile,
        need_index=need_index,
        offer_index=offer_index,
    )
    words = tables.vocabulary
    offered = set(words.area_codes(int(tables.offers.areas[offer_index])))
    return {
        "need": need.pk,
        "offer": offer.pk,
        "on": tables.on.isoformat(),
        "profile": {"code": profile.code, "version": profile.version},
        "engine_version": engine.ENGINE_VERSION,
        "gates": list(pair.gates),
        "not_open": [
            closed
            for side, posting in ((Side.NEED, need), (Side.OFFER, offer))
            if (closed := _why_not_open(side, posting, tables))
        ],
        "score": pair.score,
        "fit": Word(pair.word).fit.value,
        "overlap": pair.overlap,
        "criteria": [
            {
                "code": part.criterion,
                "weight": part.weight,
                "total_weight": pair.total_weight,
                "numerator": part.numerator,
                "denominator": part.denominator,
                "contribution": part.contribution,
                "is_comparable": part.is_comparable,
            }
            for part in pair.parts
        ],
        "areas": {
            "shared": words.area_codes(pair.shared_areas),
            "related": [
                {"asked": code, "offered": [near for near in words.area_relatives(code) if near in offered]}
                for code in words.area_codes(pair.related_areas)
            ],
            "missing": words.area_codes(pair.missing_areas),
            "extra": words.area_codes(pair.extra_areas),
        },
        "modalities": {
            "shared": words.modality_codes(pair.shared_modalities),
            "missing": words.modality_codes(pair.missing_modalities),
            "extra": words.modality_codes(pair.extra_modalities),
            "need_states_none": not tables.needs.modalities[need_index],
            "offer_states_none": not tables.offers.modalities[offer_index],
        },
        "region": {
            "level": pair.reach_level,
            "routes": _routes(tables, profile=profile, need_index=need_index, offer_index=offer_index),
            "preference": pair.preference_level,
        },
        "topic": _topic(tables, pair, need_index=need_index, offer_index=offer_index),
        "not_stated": _not_stated(tables, need_index=need_index, offer_index=offer_index, need=need, offer=offer),
    }


def _why_not_open(side: Side, posting: Need | Offer, tables: ScoringTables) -> dict[str, str | None] | None:
    """Return why a side is not open, by a code of `NotOpen` and the day that it names; None where it is open."""
    postings = tables.needs if side == Side.NEED else tables.offers
    if postings.is_open[postings.ids == posting.pk].all():
        return None
    first_day = first_day_not_ended() if tables.on == today() else tables.on
    if posting.status != PostingStatus.PUBLISHED:
        why, day = NotOpen.NOT_PUBLISHED, None
    elif posting.closes_on and posting.closes_on < first_day:
        why, day = NotOpen.CLOSED, posting.closes_on
    elif posting.opens_on and posting.opens_on > tables.on:
        why, day = NotOpen.OPENS_LATER, posting.opens_on
    elif isinstance(posting, Offer) and tables.is_without_place(posting):
        why, day = NotOpen.NO_PLACE, None
    else:
        why, day = NotOpen.PAUSED, None
    return {"side": side.value, "why": why.value, "day": day.isoformat() if day else None}


def _topic(
    tables: ScoringTables, pair: engine.Explanation, *, need_index: int, offer_index: int
) -> dict[str, Any] | None:
    """Return how close the two texts are, in ten-thousandths, and by what they were compared; None where it is off."""
    part = next(part for part in pair.parts if part.criterion == "topic")
    needs, offers = tables.needs.texts, tables.offers.texts
    if not part.weight or needs is None or offers is None:
        return None
    closest = pair.closest_texts
    return {
        "version": topic_version(),
        "closeness": closest.closeness if closest else 0,
        "compared_by": _compared_by(closest.comparison) if closest else None,
        "need_in_english": bool(closest and closest.need_in_english),
        "offer_in_english": bool(closest and closest.offer_in_english),
        "need_has_no_text": not _has_text(tables.needs, need_index),
        "offer_has_no_text": not _has_text(tables.offers, offer_index),
        "other_language": bool(needs.language[need_index] != offers.language[offer_index]),
    }


def _compared_by(comparison: int) -> str:
    if comparison >= engine.BY_MEANING:
        return ComparedBy.MEANING.value
    return (ComparedBy.WORDS if comparison == engine.BY_WORDS else ComparedBy.WORDS_AND_MEANING).value


def _has_text(postings: engine.Postings, index: int) -> bool:
    return any(texts is not None and bool(texts.says[index]) for texts in (postings.texts, postings.english))


def _routes(
    tables: ScoringTables, *, profile: ScoringProfile, need_index: int, offer_index: int
) -> list[dict[str, Any]]:
    """Return every route of the offer to the need's country, the closest first, each once."""
    need_country = _iso3(tables, tables.needs, need_index)
    offer_country = _iso3(tables, tables.offers, offer_index)
    if need_country is None:
        return []
    sub_region_of = tables.reach_table.sub_region_of
    sub_region = sub_region_of.get(need_country)
    shares = sub_region is not None and offer_country is not None and sub_region_of.get(offer_country) == sub_region
    places: tuple[PlaceKey, ...] = places_or_open(tables.offer_places.get(int(tables.offers.ids[offer_index]), ()))
    routes = [
        {
            "kind": route.level if route.level in (NAMED, OPEN) else "group",
            "group": route.group,
            "level_code": route.level,
            "percent": level_percent(route, profile, shares_sub_region=shares),
            "shares_sub_region": shares and route.level == "region",
            "left_on": _left_on(route),
        }
        for route in dict.fromkeys(tables.reach_table.routes(places, need_country))
    ]
    return sorted(routes, key=lambda route: -int(route["percent"]))


def _left_on(route: Route) -> str | None:
    return route.left_on.isoformat() if route.left_on else None


def _iso3(tables: ScoringTables, postings: engine.Postings, index: int) -> str | None:
    column = int(postings.country[index])
    return None if column < 0 else tables.vocabulary.countries[column]


def _not_stated(tables: ScoringTables, *, need_index: int, offer_index: int, need: Need, offer: Offer) -> list[str]:
    """Return what the two postings leave open: unknown is not no."""
    stated = {
        "need.dates": need.opens_on or need.closes_on,
        "need.modalities": tables.needs.modalities[need_index],
        "need.preferred_partners": need.pk in tables.need_places,
        "offer.dates": offer.opens_on or offer.closes_on,
        "offer.modalities": tables.offers.modalities[offer_index],
        "offer.places": offer.places,
        "offer.targets": offer.pk in tables.offer_places,
    }
    return [name for name, value in stated.items() if not value]
