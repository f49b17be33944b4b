"""Cards of postings: few queries say what the rows themselves say."""

import pytest
from django.utils.translation import override

from directory.models import Country, CountryGroup
from surveys.choices import PlaceKind
from surveys.models import Need, Offer
from surveys.postings.shown.cards import cards_of
from surveys.postings.shown.page_rows import TARGETS
from tests.factories import (
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    ModalityFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    TargetFactory,
)

pytestmark = pytest.mark.django_db


def some_postings() -> None:
    areas = [AreaFactory(position=place) for place in (3, 1, 2, 7, 5, 4, 6)]
    modalities = [ModalityFactory(position=place) for place in (2, 1)]
    fiji: Country = CountryFactory(iso3="FJI", name="Fiji", name_fr="Fidji")
    group: CountryGroup = CountryGroupFactory(code="SIDS")
    full = PublishedOfferFactory(areas=areas, modalities=modalities, any_modality=True)
    TargetFactory(offer=full, country=CountryFactory(iso3="TON", name="Tonga"), position=2)
    TargetFactory(offer=full, country=fiji, position=1)
    TargetFactory(offer=full, kind=PlaceKind.GROUP, country=None, group=group, position=3)
    TargetFactory(offer=full, kind=PlaceKind.UNRESOLVED, country=None, as_printed="Oceania", position=0)
    PublishedOfferFactory(country=fiji, agency=None, areas=areas[:1], modalities=modalities[:1])
    PublishedNeedFactory(country=fiji, areas=areas[2:], modalities=[])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_cards_say_what_the_rows_say(language: str, django_assert_num_queries) -> None:
    some_postings()
    with override(language):
        for model, kind, fetched in ((Offer, "offer", [TARGETS]), (Need, "need", [])):
            rows = model.objects.order_by("pk")
            with django_assert_num_queries(2):  # the postings, what they state
                read = cards_of(rows.for_cards(), kind=kind)
            whole = cards_of(rows.for_lists().prefetch_related(*fetched), kind=kind)
            assert read == whole
            assert [card.address for card in read] == [row.get_absolute_url() for row in rows]


def test_a_card_names_the_first_and_counts_the_others() -> None:
    some_postings()
    full, plain = cards_of(Offer.objects.order_by("pk").for_cards(), kind="offer")
    assert full.targets[:2] == ["Oceania", "Fiji"]
    assert (len(full.areas), full.more_areas, full.more_targets) == (5, 2, 0)
    assert (plain.targets, plain.more_areas) == ([], 0)
