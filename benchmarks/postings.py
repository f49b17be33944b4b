"""Generated postings for the benchmarks: made up, marked as such in every title, from a fixed seed."""

import random
from typing import Any

from directory.models import Country, CountryGroup, Modality, PriorityArea
from surveys.choices import PlaceKind, PostingStatus
from surveys.models import Need, Offer, Target

SEED = 20181127
BATCH = 2_000
TARGET_GROUPS = (
    "LDC", "LLDC", "SIDS", "ASEAN", "SAARC", "PIF", "CLMV", "ASIA_PACIFIC", "M49_AFRICA", "M49_LAC",
    "ESCAP_SEA", "ESCAP_SSWA", "ESCAP_NCA", "ESCAP_PACIFIC", "G77", "OIC",
)  # fmt: skip


def make_postings(*, needs: int, offers: int) -> None:
    """Write so many published needs and offers of listed countries: 1 to 8 areas, 0 to 4 modalities, 0 to 4 targets."""
    draw = random.Random(SEED)  # for benchmarks, not for secrets
    countries = list(Country.objects.listed().values_list("pk", flat=True))
    sides: tuple[tuple[Any, int], ...] = ((Need, needs), (Offer, offers))
    for model, number in sides:
        name = model.__name__.lower()
        postings = model.objects.bulk_create(
            (
                model(
                    title=f"Generated {name} {index}",
                    country_id=draw.choice(countries),
                    status=PostingStatus.PUBLISHED,
                )
                for index in range(number)
            ),
            batch_size=BATCH,
        )
        state_areas_and_modalities(model, [posting.pk for posting in postings], draw)
    state_targets(list(Offer.objects.values_list("pk", flat=True)), draw)


def state_areas_and_modalities(model: Any, postings: list[int], draw: random.Random) -> None:
    """Let each posting state 1 to 8 areas and 0 to 4 modalities."""
    name = model.__name__.lower()
    areas = list(PriorityArea.objects.scored().values_list("pk", flat=True))
    modalities = list(Modality.objects.values_list("pk", flat=True))
    for through, column, codes, least, most in (
        (model.areas.through, "priorityarea_id", areas, 1, 8),
        (model.modalities.through, "modality_id", modalities, 0, 4),
    ):
        through.objects.bulk_create(
            (
                through(**{f"{name}_id": pk, column: code})
                for pk in postings
                for code in draw.sample(codes, draw.randint(least, most))
            ),
            batch_size=BATCH,
        )


def state_targets(offers: list[int], draw: random.Random) -> None:
    """Let each offer state 0 to 4 targets, all of them countries or all of them groups."""
    countries = list(Country.objects.listed().values_list("pk", flat=True))
    groups = list(CountryGroup.objects.filter(pk__in=TARGET_GROUPS).values_list("pk", flat=True))
    Target.objects.bulk_create(
        (
            Target(offer_id=offer_id, kind=PlaceKind.GROUP, group_id=code)
            if in_group
            else Target(offer_id=offer_id, kind=PlaceKind.COUNTRY, country_id=code)
            for offer_id in offers
            for in_group in [draw.random() < 0.5]
            for code in draw.sample(groups if in_group else countries, draw.randint(0, 4))
        ),
        batch_size=BATCH,
    )
