"""Generated matches for what measures their lists: made up, from a fixed seed, some released, some proposed."""

import random

import numpy as np
from django.db import transaction
from django.utils import timezone

from benchmarks.postings import state_areas_and_modalities, state_targets
from directory.choices import AgencyKind
from directory.models import Agency, Country
from matching.models import Match, MatchSide, ScoringProfile
from surveys.choices import PostingStatus, Side, Visibility
from surveys.models import Need, Offer
from web import bulk

SEED = 20181127
A_POSTING = 20
"""Matches of each need, as a run would store."""
AGENCIES = 600
RELEASED = 0.02
PROPOSED = 0.002


@transaction.atomic
def make_matches(number: int) -> None:
    """Write so many matches of `number / 20` needs and as many offers, of 600 agencies of all listed countries.

    One in fifty is released, one in five hundred put to both sides. One posting in ten is not public.
    """
    draw = random.Random(SEED)
    countries = list(Country.objects.listed().values_list("pk", flat=True))
    agencies = Agency.objects.bulk_create(
        Agency(code=f"generated-{place}", name=f"Generated agency {place}", kind=AgencyKind.MINISTRY, country_id=iso3)
        for place, iso3 in ((place, countries[place % len(countries)]) for place in range(AGENCIES))
    )
    postings = max(number // A_POSTING, A_POSTING)

    def stated(title: str) -> dict[str, object]:
        is_hidden = draw.random() < 0.1
        return {
            "title": title,
            "status": PostingStatus.PUBLISHED,
            "visibility": Visibility.FOCAL_POINTS if is_hidden else Visibility.PUBLIC,
            "confirmed_on": timezone.now().date(),
            "search_text": title,
        }

    needs = Need.objects.bulk_create(
        (
            Need(agency=agency, country_id=agency.country_id, **stated(f"Generated need {place}"))
            for place, agency in ((place, draw.choice(agencies)) for place in range(postings))
        ),
        batch_size=2_000,
    )
    offers = Offer.objects.bulk_create(
        (Offer(agency=draw.choice(agencies), **stated(f"Generated offer {place}")) for place in range(postings)),
        batch_size=2_000,
    )
    for model, rows in ((Need, needs), (Offer, offers)):
        state_areas_and_modalities(model, [row.pk for row in rows], draw)
    state_targets([offer.pk for offer in offers], draw)
    _write_matches(number, [need.pk for need in needs], [offer.pk for offer in offers])


def _write_matches(number: int, needs: list[int], offers: list[int]) -> None:
    profile = ScoringProfile.objects.get_or_create(code="default", version=1)[0]
    rng = np.random.default_rng(SEED)
    place = np.arange(number)
    parts = {name: rng.integers(100_000, 240_000, number) for name in ("areas", "modalities", "region", "topic")}
    score = np.sum(list(parts.values()), axis=0)
    word = np.clip((score - 500_000) // 150_000, 0, 2)
    now = bulk.moment(timezone.now())
    ids = bulk.new_ids(Match, number)
    bulk.insert(
        Match,
        {
            "id": ids,
            "need_id": np.array(needs)[place // A_POSTING % len(needs)],
            "offer_id": np.array(offers)[(place // A_POSTING * 7 + place % A_POSTING * 11) % len(offers)],
            "status": "suggested",
            "profile_id": profile.pk,
            "created_at": now,
            "scored_at": now,
            "updated_at": now,
            "score": score,
            "word": word,
            **{f"part_{name}": values for name, values in parts.items()},
            "is_shown": 1,
            "shown_score": score,
            "shown_word": word,
            **{f"shown_part_{name}": values for name, values in parts.items()},
            "shown_by_id": profile.pk,
            "shown_since": now,
            "shown_changed_at": now,
        },
    )
    released = rng.random(number) < RELEASED
    explanation = '{"criteria": [], "fit": "good", "score": 0, "profile": {"code": "default", "version": 1}}'
    bulk.update(
        Match,
        ids[released],
        {
            "released_at": now,
            "released_score": score[released],
            "released_word": word[released],
            "released_as": explanation,
        },
    )
    proposed = ids[rng.random(number) < PROPOSED]
    bulk.update(Match, proposed, {"status": "proposed", "decided_on": "{}"})
    MatchSide.objects.bulk_create(
        MatchSide(match_id=int(pk), side=side, asked_at=timezone.now()) for pk in proposed for side in Side
    )
    bulk.refresh_statistics(Match, Need, Offer, Agency, MatchSide)
