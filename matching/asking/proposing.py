"""Proposing a pair that no run suggests: a reviewer found its offer among those that speak for asking its agency."""

import numpy as np
from django.db import transaction
from django.utils import timezone

from directory.models import User
from matching.choices import EventKind, MatchStatus, Word
from matching.life import review
from matching.life.steps import check_reviewer, suggest_rows, take_step
from matching.models import Match, MatchEvent
from matching.models.by_criterion import CONTRIBUTIONS
from matching.runs.lists import profile_of_lists
from matching.scoring.explanation import explain
from surveys.models import Need, Offer
from web import bulk


@transaction.atomic
def propose_pair(*, need: Need, offer: Offer, by: User, note: str = "") -> MatchEvent:
    """Put a need and an offer to both sides, also where they stand in no list and so are no match yet.

    The pair becomes a suggestion, scored by the profile of the last run as a run would have scored it, and is proposed
    in the same transaction: by `review.propose`, which asks all that it asks of any match. Raises ReviewRefused where
    that refuses, and where people have decided the pair meanwhile; then nothing is written. Others see nothing of it:
    to whoever is not told, the two stay what they are in the lists of runs.
    """
    check_reviewer(by, note)
    # A run that ends at this moment may suggest the same pair: one of the two waits, and then sees it.
    bulk.lock_table(Match)
    match = Match.objects.for_lists().filter(need=need, offer=offer).first()
    if match is None or match.status == MatchStatus.LAPSED:
        match = _suggest(need, offer, lapsed=match, by=by)
    return review.propose(match=match, by=by, note=note)


def _suggest(need: Need, offer: Offer, *, lapsed: Match | None, by: User) -> Match:
    """Make the pair a suggestion, without a place in any list."""
    profile = profile_of_lists()
    explanation = explain(need=need, offer=offer, profile=profile)
    parts = {f"part_{part['code']}": part["contribution"] for part in explanation["criteria"]}
    word = Word.of(explanation["fit"]).value
    figures = {"score": explanation["score"], "word": word, **{name: parts[name] for name in CONTRIBUTIONS}}
    if lapsed is not None:
        take_step(lapsed, EventKind.RETURNED, by=by, profile=profile, run=None, scored_at=timezone.now(), **figures)
        return Match.objects.for_lists().get(pk=lapsed.pk)
    pair = {"need_id": need.pk, "offer_id": offer.pk}
    columns = {name: np.array([number], dtype=np.int64) for name, number in {**pair, **figures}.items()}
    ids = suggest_rows(Match, {**columns, "profile_id": profile.pk, "is_shown": 0})
    return Match.objects.for_lists().get(pk=int(ids[0]))
