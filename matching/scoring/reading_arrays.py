"""The engine's tables, read from the database: the only place where rows become arrays."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from django.db.models import BigIntegerField, Case, Count, Sum, Value, When
from numpy.typing import NDArray

from matching import engine
from matching.models import ScoringProfile
from matching.scoring.given import GIVEN_ID, GivenPosting
from matching.scoring.levels import NO_ROW, LevelRows, places_stated
from matching.scoring.places import offers_used_up
from matching.scoring.vocabulary import CannotScore, Vocabulary
from matching.topic import is_available as topic_is_available
from matching.topic.languages import comparisons
from matching.topic.stored import stored_vectors
from matching.topic.vectors import texts_of
from surveys.choices import Side
from surveys.models import Need, Offer, PreferredPartner, Target
from surveys.models.postings.posting import PostingQuerySet
from surveys.postings.languages import CODES
from surveys.postings.shown.own_words import OwnWords, own_words
from surveys.postings.shown.reach import PlaceKey, ReachTable
from web import bulk
from web.calendar.days import today

ENGLISH = "en"
HALF = 32
"""Bits of a mask that one number of the database holds, far from its sign."""
FEW = 500
NO_WORDS = OwnWords("", "")
LANGUAGES = {code: number for number, code in enumerate(CODES)}
"""One number for each language, the same for both sides and in every run."""
LANGUAGES_COMPARED = comparisons(CODES)


class ListKind(Enum):
    """Whether an offer all of whose places are agreed is open: a run keeps both, see `matching.runs.both_lists`."""

    DESK = "desk"
    """It is closed to everybody else."""
    SHOWN = "shown"
    """It is open, as if nobody had agreed anything: whoever was not told must not learn it from what fits."""


@dataclass(frozen=True)
class ScoringTables:
    """All that a run, or the explanation of one pair, reads."""

    on: dt.date
    vocabulary: Vocabulary
    reach_table: ReachTable
    needs: engine.Postings
    offers: engine.Postings
    reach: engine.Reach
    preference: engine.Preference
    profile: engine.Profile
    offer_places: dict[int, tuple[PlaceKey, ...]]
    """By offer id; an offer that states none is not in it."""
    need_places: dict[int, tuple[PlaceKey, ...]]
    is_used_up: NDArray[np.bool_]
    """bool[n_offers]: all places are agreed, though the offer is among these; none as the desk reads them."""

    @classmethod
    def read(
        cls,
        *,
        on: dt.date,
        profile: ScoringProfile,
        need_ids: Collection[int] | None = None,
        offer_ids: Collection[int] | None = None,
        keep_texts: bool = True,
        lists: ListKind = ListKind.DESK,
        given: GivenPosting | None = None,
    ) -> "ScoringTables":
        """Read the needs and offers in a fixed number of queries, whatever their number.

        Without ids: all that are published and open on the day `on`. With ids: just those, open or not, so that
        an explanation can say which gates close. For today, a posting is open as long as its last day has not
        ended everywhere on earth. `keep_texts=False` does not keep what texts not met before say, so that nothing is
        written. `lists`: whether an offer whose places are all agreed is open. `given`: stands alone on its side, which
        is not read then.
        """
        vocabulary = Vocabulary.read()
        reach_table = ReachTable.on_day(on, transition_years=profile.transition_years)
        if given is not None:
            need_ids, offer_ids = ((), offer_ids) if given.side == Side.NEED else (need_ids, ())
        needs = _postings(Need.objects.all(), side="need", on=on, ids=need_ids, vocabulary=vocabulary)
        with_places = Offer.objects.exclude(pk__in=offers_used_up()) if lists == ListKind.DESK else None
        offers = _postings(
            Offer.objects.all(), side="offer", on=on, ids=offer_ids, vocabulary=vocabulary, among=with_places
        )
        used_up = np.array(sorted(offers_used_up()) if lists == ListKind.SHOWN else [], dtype=np.int64)
        need_places = places_stated(PreferredPartner.objects.all(), "need", need_ids)
        offer_places = places_stated(Target.objects.all(), "offer", offer_ids)
        if given is not None:
            alone = given.postings(
                areas=vocabulary.areas, modalities=vocabulary.modalities, column=vocabulary.column(given.country)
            )
            places = {GIVEN_ID: given.places} if given.places else {}
            if given.side == Side.NEED:
                needs, need_places = alone, places
            else:
                offers, offer_places = alone, places
        scored_by = engine_profile(profile, related=vocabulary.related)
        if scored_by.weights.topic:
            needs, offers = _with_texts(needs, offers, keep=keep_texts, given=given)
        levels = LevelRows(reach_table=reach_table, profile=profile, countries=vocabulary.countries)
        return cls(
            on=on,
            vocabulary=vocabulary,
            reach_table=reach_table,
            needs=needs,
            offers=offers,
            reach=levels.reach(offers, offer_places),
            preference=levels.preference(needs, need_places),
            profile=scored_by,
            offer_places=offer_places,
            need_places=need_places,
            is_used_up=np.isin(offers.ids, used_up),
        )

    @cached_property
    def _ids_without_place(self) -> frozenset[int]:
        return frozenset(offers_used_up())

    def is_without_place(self, offer: Offer) -> bool:
        """Return whether all places of the offer are agreed; one query, for the first offer that states places."""
        return offer.places is not None and offer.pk in self._ids_without_place

    def with_places_left(self) -> "ScoringTables":
        """Return the tables without the offers whose places are all agreed."""
        if not self.is_used_up.any():
            return self
        return self.take(np.arange(len(self.needs)), np.flatnonzero(~self.is_used_up))

    def scored_by(self, profile: ScoringProfile, *, keep_texts: bool = False) -> "ScoringTables":
        """Return the tables for another profile: the same postings as they were read, so that it alone differs.

        Memberships are read again where its transition years are others; texts are where the topic now counts and did
        not before: what those not met before say is kept only where `keep_texts`, else nothing is written.
        """
        reach_table = self.reach_table
        if reach_table.transition_years != profile.transition_years:
            reach_table = ReachTable.on_day(self.on, transition_years=profile.transition_years)
        needs, offers = self.needs, self.offers
        scored_by = engine_profile(profile, related=self.vocabulary.related)
        if scored_by.weights.topic and (needs.texts is None or offers.texts is None):
            needs, offers = _with_texts(needs, offers, keep=keep_texts)
        levels = LevelRows(reach_table=reach_table, profile=profile, countries=self.vocabulary.countries)
        return replace(
            self,
            reach_table=reach_table,
            needs=needs,
            offers=offers,
            reach=levels.reach(offers, self.offer_places),
            preference=levels.preference(needs, self.need_places),
            profile=scored_by,
        )

    def take(self, needs: NDArray[np.intp], offers: NDArray[np.intp]) -> "ScoringTables":
        """Return the tables of these rows alone."""
        return replace(
            self,
            needs=self.needs.take(needs),
            offers=self.offers.take(offers),
            reach=self.reach.take(offers),
            preference=self.preference.take(needs),
            is_used_up=self.is_used_up[offers],
        )


def engine_profile(profile: ScoringProfile, *, related: NDArray[np.uint64]) -> engine.Profile:
    """Return a scoring profile as the engine takes it; ValueError where its weights cannot make a score.

    Where texts cannot be compared on this machine, the topic has no weight: for every pair alike.
    """
    weights = {criterion.name: getattr(profile, f"weight_{criterion.name}") for criterion in engine.CRITERIA}
    if not topic_is_available():
        weights["topic"] = 0
    return engine.Profile(
        related=related,
        weights=engine.Weights(**weights),
        preferred_share=profile.preference_share,
        unstated_modalities=profile.unstated_modalities,
        unstated_topic=profile.unstated_topic,
        languages=LANGUAGES_COMPARED,
        min_score=profile.min_score,
        top_k=profile.top_k,
        good_from=profile.good_from,
        strong_from=profile.strong_from,
    )


def meet_texts(*, need_ids: Collection[int], offer_ids: Collection[int], profile: ScoringProfile) -> None:
    """Work the texts of these postings out and keep them, where the topic counts: to read them then loads no model."""
    if not profile.weight_topic or not topic_is_available():
        return
    words = own_words(Need.objects.filter(pk__in=need_ids), is_offer=False).values()
    offered = own_words(Offer.objects.filter(pk__in=offer_ids), is_offer=True).values()
    stored_vectors(_texts_in((*words, *offered)))


def _postings(
    queryset: PostingQuerySet[Any],
    *,
    side: str,
    on: dt.date,
    ids: Collection[int] | None,
    vocabulary: Vocabulary,
    among: PostingQuerySet[Any] | None = None,
) -> engine.Postings:
    """Read postings; open are those `among` these alone."""
    published = (queryset if among is None else among).published()
    is_open = published.open_now() if on == today() else published.open_on(on)
    wanted = is_open if ids is None else queryset.filter(pk__in=ids)
    rows = list(
        wanted.order_by("pk").values_list("pk", "country", "agency__country", "agency", "confirmed_on", "stated_on")
    )
    posting_ids = [row[0] for row in rows]
    open_ids = None if ids is None else set(is_open.filter(pk__in=ids).values_list("pk", flat=True))
    model = queryset.model
    return engine.Postings(
        ids=np.array(posting_ids, dtype=np.int64),
        country=np.array([_column(vocabulary, row[1] or row[2]) for row in rows], dtype=np.int32),
        agency=np.array([row[3] or NO_ROW for row in rows], dtype=np.int64),
        areas=_masks(
            _Links(model.areas.through, f"{side}_id", "priorityarea_id", vocabulary.areas, vocabulary.unscored),
            posting_ids,
            only=ids,
        ),
        modalities=_masks(
            _Links(model.modalities.through, f"{side}_id", "modality_id", vocabulary.modalities), posting_ids, only=ids
        ),
        recency=np.array([_ordinal(row[4] or row[5]) for row in rows], dtype=np.int32),
        is_open=np.array([open_ids is None or row[0] in open_ids for row in rows], dtype=np.bool_),
    )


def _with_texts(
    needs: engine.Postings, offers: engine.Postings, *, keep: bool, given: GivenPosting | None = None
) -> tuple[engine.Postings, engine.Postings]:
    """Return both sides with what their texts say."""
    need_words = _own_words(Need.objects.all(), needs, is_offer=False)
    offer_words = _own_words(Offer.objects.all(), offers, is_offer=True)
    if given is not None:
        need_words, offer_words = (
            ([given.words], offer_words) if given.side == Side.NEED else (need_words, [given.words])
        )
    vectors = stored_vectors(_texts_in((*need_words, *offer_words)), keep=keep)

    def own(words: list[OwnWords]) -> engine.Texts:
        languages = [LANGUAGES.get(one.language, engine.UNKNOWN_LANGUAGE) for one in words]
        return texts_of([vectors[one.text] for one in words], languages)

    def english(words: list[OwnWords]) -> engine.Texts | None:
        if not any(one.english for one in words):
            return None
        return texts_of([vectors[one.english] for one in words], [LANGUAGES[ENGLISH]] * len(words))

    return (
        replace(needs, texts=own(need_words), english=english(need_words)),
        replace(offers, texts=own(offer_words), english=english(offer_words)),
    )


def _texts_in(words: Iterable[OwnWords]) -> set[str]:
    return {text for one in words for text in (one.text, one.english)}


def _own_words(queryset: PostingQuerySet[Any], postings: engine.Postings, *, is_offer: bool) -> list[OwnWords]:
    ids = postings.ids.tolist()
    # All of them are wanted, or a few: either way one query.
    words = own_words(queryset.filter(pk__in=ids) if len(ids) <= FEW else queryset.published(), is_offer=is_offer)
    return [words.get(pk, NO_WORDS) for pk in ids]


class _Links(NamedTuple):
    """The table of which posting has which codes."""

    through: Any
    posting: str
    """The column of the posting's id, and that of the code."""
    code: str
    codes: tuple[str, ...]
    """The codes that have a bit, in their order."""
    without_bit: tuple[str, ...] = ()
    """Codes that postings may have and that do not count."""


def _masks(links: _Links, posting_ids: list[int], *, only: Collection[int] | None) -> NDArray[np.uint64]:
    """Return the set of codes of each posting, in ascending order of ids, as a bit mask; CannotScore at any other."""
    masks = np.zeros(len(posting_ids), dtype=np.uint64)
    if not posting_ids:
        return masks
    halves = [f"half_{first}" for first in range(0, max(len(links.codes), 1), HALF)]
    statement = _whole_statement(links) if only is None else _statement(links, only)
    dtype = np.dtype([(name, np.int64) for name in ("posting", "n_codes", *halves)])
    rows = bulk.read_numbers(*statement, dtype=dtype)
    if np.any(rows["n_codes"] != sum(np.bitwise_count(rows[name]) for name in halves)):
        unknown = _counted(links, only).exclude(**{f"{links.code}__in": links.codes}).order_by(links.code)
        names = unknown.values_list(links.code, flat=True).distinct()
        raise CannotScore(f"not known when the run began: {', '.join(names)}")
    ids = np.array(posting_ids, dtype=np.int64)
    place = np.minimum(np.searchsorted(ids, rows["posting"]), len(ids) - 1)
    known = ids[place] == rows["posting"]
    for shift, name in enumerate(halves):
        masks[place[known]] |= rows[name][known].astype(np.uint64) << np.uint64(shift * HALF)
    return masks


def _counted(links: _Links, only: Collection[int] | None) -> Any:
    """Return the pairs of a posting and a code that has a bit."""
    pairs = links.through.objects.order_by()
    if only is not None:
        pairs = pairs.filter(**{f"{links.posting}__in": list(only)})
    return pairs.exclude(**{f"{links.code}__in": links.without_bit}) if links.without_bit else pairs


def _statement(links: _Links, only: Collection[int] | None = None) -> tuple[str, tuple[Any, ...]]:
    """Return what reads of each posting how many codes it has, and their bits."""
    halves = {
        f"half_{first}": _sum_of_bits(links.code, links.codes[first : first + HALF])
        for first in range(0, max(len(links.codes), 1), HALF)
    }
    counted = _counted(links, only).values(links.posting).annotate(n_codes=Count("*"), **halves)
    return counted.values_list(links.posting, "n_codes", *halves).query.sql_with_params()


# Of all postings it depends on the codes alone, and composing it takes longer than a few thousand rows do.
_whole_statement = lru_cache(maxsize=8)(_statement)


def _column(vocabulary: Vocabulary, iso3: str | None) -> int:
    return NO_ROW if iso3 is None else vocabulary.column(iso3)


def _sum_of_bits(code: str, codes: tuple[str, ...]) -> Sum:
    """Return an aggregate: one bit for each code, in their order. A posting has each code once, so that it is a set."""
    bits = [When(**{code: value}, then=Value(1 << bit)) for bit, value in enumerate(codes)]
    return Sum(Case(*bits, default=Value(0), output_field=BigIntegerField()))


def _ordinal(day: dt.date | None) -> int:
    return day.toordinal() if day else 0
