"""Offers and needs are written in one place: with one row of history each, and never against their state."""

import datetime as dt
from typing import Any

import pytest

from directory.models import User
from surveys.choices import PlaceKind, PostingStatus
from surveys.models import Need, Offer, Target
from surveys.postings import posting, states
from surveys.postings.deciding.held import PostingRefused
from surveys.postings.named_places import NamedPlace
from tests.factories import (
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    ModalityFactory,
    NeedFactory,
    OfferFactory,
    PublishedOfferFactory,
)

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 1)


def place(iso3: str, **other) -> NamedPlace:
    CountryFactory(iso3=iso3)
    return NamedPlace(kind=PlaceKind.COUNTRY, country=iso3, as_printed=iso3, **other)


@pytest.fixture
def offer(manager: User) -> Offer:
    AreaFactory(code="energy")
    ModalityFactory(code="training")
    return posting.create(
        model=Offer,
        values={"title": "Offer", "country": CountryFactory(iso3="THA")},
        areas=["energy"],
        modalities=["training"],
        targets=[place("KHM"), place("LAO")],
        by=manager,
        reason="made",
    )


def content(offer: Offer) -> dict[str, Any]:
    return {
        "values": {"title": "Offer"},
        "areas": ["energy"],
        "modalities": ["training"],
        "targets": [NamedPlace.of(target) for target in offer.targets.all()],
    }


def test_creating_leaves_one_row_of_history_with_the_relations(offer: Offer, manager: User):
    record = offer.history.get()
    assert (record.history_type, record.history_user, record.history_change_reason) == ("+", manager, "made")
    assert [kept.priorityarea_id for kept in record.areas.all()] == ["energy"]
    assert [kept.modality_id for kept in record.modalities.all()] == ["training"]
    assert Target.history.filter(history_user=manager).count() == 2


def test_updating_with_the_same_writes_nothing(offer: Offer, manager: User):
    before = Offer.objects.get(pk=offer.pk).updated_at
    assert posting.update(posting=offer, **content(offer), by=manager) == []
    assert Offer.objects.get(pk=offer.pk).updated_at == before
    assert offer.history.count() == 1


def test_updating_says_what_changed_and_keeps_the_rows_of_targets_that_stay(offer: Offer, manager: User):
    AreaFactory(code="trade")
    lao = offer.targets.get(country="LAO")
    changed = posting.update(
        posting=offer,
        values={"title": "Another"},
        areas=["trade"],
        modalities=["training"],
        targets=[place("LAO"), place("VNM", is_ambiguous=True)],
        by=manager,
        reason="corrected",
    )
    assert changed == ["title", "areas", "targets"]
    newest, oldest = offer.history.all()
    assert [kept.priorityarea_id for kept in newest.areas.all()] == ["trade"]
    assert [kept.priorityarea_id for kept in oldest.areas.all()] == ["energy"]
    assert Target.objects.values_list("pk", "country", "position").first() == (lao.pk, "LAO", 0)
    gone = Target.history.filter(country="KHM").first()
    assert (gone.history_type, gone.history_user) == ("-", manager)
    assert [record.history_type for record in lao.history.all()] == ["~", "+"]


def test_setting_the_same_targets_writes_nothing(offer: Offer, manager: User, django_assert_num_queries):
    same = [NamedPlace.of(target) for target in offer.targets.all()]
    with django_assert_num_queries(3):  # savepoint, targets, release
        posting.set_targets(posting=offer, targets=same, by=manager)


def test_groups_and_unresolved_tokens_are_targets_too(offer: Offer, manager: User):
    CountryGroupFactory(code="LDC")
    targets = [
        NamedPlace(kind=PlaceKind.GROUP, group="LDC", as_printed="LDCs"),
        NamedPlace(kind=PlaceKind.UNRESOLVED, as_printed="neighbours", is_ambiguous=True),
    ]
    posting.set_targets(posting=offer, targets=targets, by=manager)
    assert [NamedPlace.of(target) for target in Offer.objects.get(pk=offer.pk).targets.all()] == targets


def test_a_need_has_no_targets(manager: User):
    need = posting.create(model=Need, values={"title": "Need", "country": CountryFactory()}, by=manager)
    assert need.history.get().history_type == "+"
    assert not Target.objects.exists()


MOVES = {
    "publish": {"draft", "submitted", "withdrawn"},
    "withdraw": {"draft", "submitted", "published"},
}


@pytest.mark.parametrize("status", PostingStatus.values)
@pytest.mark.parametrize(("verb", "result"), [("publish", "published"), ("withdraw", "withdrawn")])
@pytest.mark.parametrize("factory", [OfferFactory, NeedFactory])
def test_each_step_expects_a_state(status: str, verb: str, result: str, factory, manager: User):
    one = factory(status=status, areas=["energy"], modalities=["training"])
    records = one.history.count()
    if status in MOVES[verb]:
        getattr(states, verb)(posting=one, by=manager)
        one.refresh_from_db()
        assert one.status == result
        assert one.edited_on is None
        assert one.history.count() == records + 1
        assert one.history.first().history_user == manager
    else:
        with pytest.raises(PostingRefused, match="it cannot become"):
            getattr(states, verb)(posting=one, by=manager)
        one.refresh_from_db()
        assert one.status == status


def test_the_state_that_counts_is_the_one_in_the_database(manager: User):
    stale = OfferFactory()
    Offer.objects.filter(pk=stale.pk).update(status=PostingStatus.ARCHIVED)
    with pytest.raises(PostingRefused):
        states.publish(posting=stale, by=manager)


def test_confirming_records_the_day_once(manager: User):
    one = PublishedOfferFactory()
    records = one.history.count()
    states.confirm(posting=one, by=manager, on=DAY)
    states.confirm(posting=one, by=manager, on=DAY)
    one.refresh_from_db()
    assert one.confirmed_on == DAY
    assert one.history.count() == records + 1
    with pytest.raises(PostingRefused, match="later day already"):
        states.confirm(posting=one, by=manager, on=dt.date(2026, 2, 1))


def test_no_confirmation_for_a_day_to_come_or_for_what_is_withdrawn(manager: User):
    with pytest.raises(PostingRefused, match="a day to come"):
        states.confirm(posting=PublishedOfferFactory(), by=manager, on=dt.date(2999, 1, 1))
    with pytest.raises(PostingRefused, match="is withdrawn"):
        states.confirm(posting=OfferFactory(status=PostingStatus.WITHDRAWN), by=manager, on=DAY)
