"""What the engine is told of areas, modalities and countries: 64 codes of a set at the most, none passed over."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from directory.models import Country, Modality, PriorityArea, User
from matching.choices import RunState
from matching.models import Match, MatchRun
from matching.runs.running import run_matching
from matching.scoring.reading_arrays import ScoringTables
from matching.scoring.vocabulary import CannotScore, Vocabulary
from surveys.models import Need, Offer
from tests.api import client_of
from tests.factories import (
    AreaFactory,
    CountryFactory,
    ModalityFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ScoringProfileFactory,
    TargetFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile")]


@pytest.fixture
def pair() -> tuple[Need, Offer]:
    cambodia = CountryFactory(iso3="KHM")
    need = PublishedNeedFactory(country=cambodia, areas=["zz-area"], modalities=["zz-modality"])
    offer = PublishedOfferFactory(
        country=CountryFactory(iso3="THA"), areas=["zz-area"], modalities=["zz-modality", "aa-modality"]
    )
    TargetFactory(offer=offer, country=cambodia)
    return need, offer


def fill(model: Any, factory: Any, count: int) -> None:
    for number in range(count - model.objects.scored().count()):
        factory(code=f"c{number:02}")


def test_with_64_of_each_the_last_one_counts_in_full(pair: tuple[Need, Offer]) -> None:
    fill(PriorityArea, AreaFactory, 64)
    fill(Modality, ModalityFactory, 64)
    run_matching()
    [match] = Match.objects.all()

    assert Vocabulary.read().areas[63] == "zz-area"
    assert Vocabulary.read().modalities[63] == "zz-modality"
    assert (match.part_areas, match.part_modalities) == (450_000, 227_273)


@pytest.mark.parametrize(
    ("model", "factory", "what"),
    [(PriorityArea, AreaFactory, "Priority areas"), (Modality, ModalityFactory, "Modalities")],
)
def test_with_65_a_run_fails_by_name(pair: tuple[Need, Offer], model: Any, factory: Any, what: str) -> None:
    fill(model, factory, 65)
    last = model.objects.order_by("code").last().code
    words = f"{what}: at most 64 can score, disabled ones included. Beyond these: {last}."
    with pytest.raises(CannotScore, match=words):
        run_matching()

    run = MatchRun.objects.get()
    assert (run.state, run.error) == (RunState.FAILED, f"CannotScore: {words}")
    assert not Match.objects.exists()


def read(monkeypatch: pytest.MonkeyPatch, **old: Any) -> ScoringTables:
    """Read the tables by a vocabulary that was read before something came."""
    now = Vocabulary.read()
    before = Vocabulary(**{"areas": now.areas, "modalities": now.modalities, "countries": now.countries} | old,
                        related=now.related, unscored=now.unscored)  # fmt: skip
    monkeypatch.setattr(Vocabulary, "read", classmethod(lambda cls: before))
    return ScoringTables.read(on=dt.date(2026, 11, 25), profile=ScoringProfileFactory(code="other", is_default=False))


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("old", "named"),
    [
        ({"areas": ("aa",)}, "zz-area"),
        ({"modalities": ("aa-modality",)}, "zz-modality"),
        ({"countries": ("THA",)}, "KHM"),
    ],
)
def test_a_code_that_came_meanwhile_is_named_and_not_passed_over(
    pair: tuple[Need, Offer], monkeypatch: pytest.MonkeyPatch, old: dict[str, Any], named: str
) -> None:
    with pytest.raises(CannotScore, match=named):
        read(monkeypatch, **old)


@pytest.mark.any_database
def test_areas_that_do_not_score_are_no_unknown_ones(pair: tuple[Need, Offer]) -> None:
    need, _offer = pair
    need.areas.add(AreaFactory(code="sdgs", use="tag"))
    tables = ScoringTables.read(on=dt.date(2026, 11, 25), profile=ScoringProfileFactory(code="other", is_default=False))

    assert [tables.vocabulary.area_codes(int(mask)) for mask in tables.needs.areas] == [["zz-area"]]
    assert Country.objects.count() == 2


@pytest.mark.any_database
@pytest.mark.parametrize(
    "address",
    [
        "/admin/matching/match/{match.pk}/change/",
        "/admin/matching/match/pair/?need={other.pk}&offer={match.offer_id}",
        "/admin/matching/match/need/{match.need_id}/",
    ],
)
def test_with_65_a_page_that_explains_says_so(
    pair: tuple[Need, Offer], reviewer: User, client: Client, address: str
) -> None:
    run_matching()
    [match] = Match.objects.all()
    fill(PriorityArea, AreaFactory, 65)
    other = PublishedNeedFactory(areas=["zz-area"])
    client.force_login(reviewer)
    page = client.get(address.format(match=match, other=other))

    assert page.status_code == 503
    assert "Priority areas: at most 64 can score" in page.content.decode()


@pytest.mark.any_database
def test_with_65_the_api_says_so(pair: tuple[Need, Offer], reviewer: User) -> None:
    run_matching()
    [match] = Match.objects.all()
    fill(PriorityArea, AreaFactory, 65)
    answer = client_of(reviewer).get(f"/api/v1/matches/{match.need_id}-{match.offer_id}/")

    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Priority areas: at most 64 can score" in answer.json()["detail"]
