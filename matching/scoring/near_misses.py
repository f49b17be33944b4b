"""What would have matched a posting but for one gate, and which: for whoever wonders why so little is suggested."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext as _

from directory.models import Country, User
from matching import engine
from matching.models import Match, ScoringProfile
from matching.scoring.explanation import Explanation, explain_in
from matching.scoring.pairs import lists_read_by
from matching.scoring.profiles import default_profile, gates_only
from matching.scoring.reading_arrays import ListKind, ScoringTables
from matching.scoring.reasons import Labels, not_open_reasons
from matching.scoring.words import GATES
from surveys.choices import PlaceKind
from surveys.models import Need, Offer
from web.calendar.days import today
from web.text import listed

MOST = 10
LOOKED_INTO = 60
"""So many pairs, the best by their areas, are scored in full."""
CLOSED_FOR, OPENS_WITHIN = dt.timedelta(days=366), dt.timedelta(days=183)
"""A posting that closed before, or opens later, is no near miss."""
NEVER_NEAR = "same_side"
"""No change to a posting would bring a country and itself together."""


@dataclass(frozen=True)
class NearMiss:
    """A pair that one gate alone keeps apart."""

    need: Need
    offer: Offer
    gate: str
    why: str
    """What keeps them apart, in a sentence."""
    at_least: int
    """What they would score, in millionths, if that gate did not close: what it closes on counts nothing here."""


def near_misses(*, posting: Need | Offer, reader: User | AnonymousUser, most: int = MOST) -> list[NearMiss]:
    """Return the pairs of an open posting that one gate alone closes and that would be suggested, the best first.

    Only with postings that `reader` may see. To the secretariat none that people have decided; to all others, what the
    two would show had nobody decided or agreed anything. A fixed number of queries.
    """
    profile, is_need = default_profile(), isinstance(posting, Need)
    lists = lists_read_by(reader)
    others = _others(posting, reader)
    tables = ScoringTables.read(
        on=today(),
        profile=gates_only(profile),
        need_ids={posting.pk} if is_need else others,
        offer_ids=others if is_need else {posting.pk},
        lists=lists,
    )
    closed = _closed_by_one(tables, of_one_need=is_need)
    if not closed:
        return []
    rows = (Offer if is_need else Need).objects.for_lists().in_bulk(closed)
    pairs: list[tuple[Need, Offer]] = [
        (posting, rows[pk]) if is_need else (rows[pk], posting)  # type: ignore[misc]
        for pk in closed
    ]
    words = _Words(tables)
    explained = explain_in(_only(tables, closed, of_one_need=is_need, by=profile), pairs=pairs, profile=profile)
    found = [
        NearMiss(need, offer, explanation["gates"][0], words.why(need, offer, explanation), explanation["score"])
        for (need, offer), explanation in zip(pairs, explained, strict=True)
        if len(explanation["gates"]) == 1 and explanation["score"] >= profile.min_score
    ]
    return sorted(found, key=lambda one: (-one.at_least, one.need.pk, one.offer.pk))[:most]


def _others(posting: Need | Offer, reader: User | AnonymousUser) -> list[int]:
    """Return the ids of the published postings of the other kind that are open, or nearly so."""
    is_need, day = isinstance(posting, Need), today()
    model: Any = Offer if is_need else Need
    nearly_open = (Q(closes_on=None) | Q(closes_on__gte=day - CLOSED_FOR)) & (
        Q(opens_on=None) | Q(opens_on__lte=day + OPENS_WITHIN)
    )
    postings = model.objects.visible_to(reader).published().filter(nearly_open)
    if lists_read_by(reader) == ListKind.DESK:
        decided = Match.objects.decided(day).filter(**{"need" if is_need else "offer": posting.pk}).order_by()
        postings = postings.exclude(pk__in=decided.values("offer" if is_need else "need"))
    return list(postings.order_by("pk").values_list("pk", flat=True))


def _closed_by_one(tables: ScoringTables, *, of_one_need: bool) -> list[int]:
    """Return the ids of the other side's postings whose pair one gate alone closes, the best by areas first."""
    case = engine.Case.of(tables.needs, tables.offers, tables.reach, tables.preference, tables.profile)
    need, offer = np.divmod(np.arange(len(tables.needs) * len(tables.offers)), max(len(tables.offers), 1))
    closes = np.stack([gate(case, need, offer) for gate in engine.GATES.values()])
    is_near = (closes.sum(axis=0) == 1) & ~engine.GATES[NEVER_NEAR](case, need, offer)
    need, offer = need[is_near], offer[is_near]
    score = engine.parts_of_pairs(case, need, offer).sum(axis=1)
    others = tables.offers.ids[offer] if of_one_need else tables.needs.ids[need]
    return [int(pk) for pk in others[np.lexsort((others, -score))][:LOOKED_INTO]]


def _only(tables: ScoringTables, others: list[int], *, of_one_need: bool, by: ScoringProfile) -> ScoringTables:
    """Return the tables, as they were read, of these of the other side's postings alone, for the whole profile."""
    postings = tables.offers if of_one_need else tables.needs
    rows = np.flatnonzero(np.isin(postings.ids, others))
    alone = np.zeros(1, dtype=np.intp)
    few = tables.take(alone, rows) if of_one_need else tables.take(rows, alone)
    return few.scored_by(by, keep_texts=True)


class _Words:
    """Puts what keeps a pair apart into a sentence, with names read once."""

    def __init__(self, tables: ScoringTables) -> None:
        self._places = tables.offer_places
        self._labels = Labels.read()
        self._countries = Country.objects.labels()
        self._in_detail: dict[str, Callable[[Need, Offer, Explanation], str]] = {
            "not_open": lambda _need, _offer, explanation: " ".join(not_open_reasons(explanation)),
            "no_shared_area": self._no_shared_area,
            "no_shared_modality": self._no_shared_modality,
            "outside_target": self._outside_target,
        }
        """What two postings say of a gate; any other gate is said by its own words."""

    def why(self, need: Need, offer: Offer, explanation: Explanation) -> str:
        gate = explanation["gates"][0]
        in_detail = self._in_detail.get(gate)
        return in_detail(need, offer, explanation) if in_detail else str(GATES[gate].reason)

    def _no_shared_area(self, _need: Need, _offer: Offer, explanation: Explanation) -> str:
        return self._asked_and_offered(explanation["areas"], self._labels.areas)

    def _no_shared_modality(self, _need: Need, _offer: Offer, explanation: Explanation) -> str:
        return self._asked_and_offered(explanation["modalities"], self._labels.modalities)

    def _asked_and_offered(self, sets: dict[str, Any], labels: dict[str, str]) -> str:
        return _("The need asks for %(asked)s; the offer has %(offered)s.") % {
            "asked": self._named(sets["missing"], labels),
            "offered": self._named(sets["extra"], labels),
        }

    def _outside_target(self, _need: Need, offer: Offer, _explanation: Explanation) -> str:
        places = [place for place in self._places.get(offer.pk, ()) if place.code]
        if not places:
            return _("The offer names no place that is known, or is open to those alone that take part.")
        names = [
            self._countries.get(place.code, place.code)
            if place.kind == PlaceKind.COUNTRY
            else self._labels.groups.get(place.code, place.code)
            for place in places
        ]
        return _("The offer targets %(places)s only.") % {"places": listed(dict.fromkeys(names))}

    @staticmethod
    def _named(codes: list[str], labels: dict[str, str]) -> str:
        return listed(labels.get(code, code) for code in codes) or _("none that is scored")
