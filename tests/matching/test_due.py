"""What a change leaves to be done is done once it is committed: lists are filled, staff's postings matched."""

import pytest
from celery import current_app
from django.db import transaction
from django.urls import reverse

from directory.models import User
from matching import due, lapsing
from matching.choices import MatchStatus
from matching.models import Match
from matching.runs import run_matching
from surveys import posting
from surveys.choices import PostingStatus, WithdrawalReason
from surveys.models import Need, Offer
from tests.factories import (
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ScoringProfileFactory,
    TargetFactory,
)
from tests.matching.test_rematch import suggestions, what_a_run_leaves

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists_of_one():
    """Two needs and four offers, all of which fit, and lists of one place."""
    ScoringProfileFactory(top_k=1, min_score=200_000)
    countries = [CountryFactory(iso3=code) for code in ("KHM", "LAO")]
    needs = [PublishedNeedFactory(country=country, areas=["energy"]) for country in countries]
    provider = CountryFactory(iso3="THA")
    offers = [
        PublishedOfferFactory(country=provider, areas=["energy", *more])
        for more in ([], ["health"], ["gender"], ["trade"])
    ]
    for offer in offers:
        for country in countries:
            TargetFactory(offer=offer, country=country)
    run_matching()
    return needs, offers


def withdraw(one: Need | Offer, by: User) -> None:
    posting.withdraw(posting=one, by=by, reason=WithdrawalReason.NO_LONGER_HOLDS)


def test_what_comes_next_moves_up_where_a_posting_was_withdrawn(
    lists_of_one, manager, django_capture_on_commit_callbacks
):
    needs, _offers = lists_of_one
    first = Match.objects.get(need=needs[0], rank_for_need=1).offer
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(first, manager)
        assert not Match.objects.filter(need=needs[0], rank_for_need=1).exists()
    assert Match.objects.get(need=needs[0], rank_for_need=1).offer != first
    assert suggestions() == what_a_run_leaves()


def test_also_where_its_time_has_come(lists_of_one, django_capture_on_commit_callbacks):
    needs, _offers = lists_of_one
    first = Match.objects.get(need=needs[0], rank_for_need=1).offer
    Offer.objects.filter(pk=first.pk).update(closes_on="2001-01-01")
    with django_capture_on_commit_callbacks(execute=True):
        assert lapsing.lapse_expired()
    assert suggestions() == what_a_run_leaves()


def test_many_changes_of_one_transaction_are_one_job(lists_of_one, manager, django_capture_on_commit_callbacks):
    _needs, offers = lists_of_one
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        for offer in offers[:3]:
            withdraw(offer, manager)
    assert [type(one).__name__ for one in callbacks].count("_Due") == 1
    with django_capture_on_commit_callbacks(execute=True):
        callbacks[[type(one).__name__ for one in callbacks].index("_Due")]()
    assert suggestions() == what_a_run_leaves()
    assert {offer for _need, offer, *_ in suggestions()} == {offers[3].pk}


def test_what_staff_do_to_many_at_once_is_one_job(lists_of_one, manager, client, django_capture_on_commit_callbacks):
    _needs, offers = lists_of_one
    client.force_login(manager)
    chosen = [offer.pk for offer in offers[:3]]
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        client.post(reverse("admin:surveys_offer_changelist"), {"action": "withdraw", "_selected_action": chosen})
    assert [type(one).__name__ for one in callbacks].count("_Due") == 1
    assert suggestions() == what_a_run_leaves()


def test_what_is_rolled_back_leaves_nothing_to_do(lists_of_one, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        due.on_postings_changed(Need, [1])
        transaction.set_rollback(True)
    assert callbacks == []


def test_what_staff_publish_in_the_admin_is_matched(lists_of_one, manager, client, django_capture_on_commit_callbacks):
    _needs, offers = lists_of_one
    client.force_login(manager)
    Offer.objects.filter(pk=offers[0].pk).update(status=PostingStatus.DRAFT)
    run_matching()
    listed = reverse("admin:surveys_offer_changelist")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(listed, {"action": "publish", "_selected_action": [offers[0].pk]})
    assert Offer.objects.get(pk=offers[0].pk).status == PostingStatus.PUBLISHED
    assert Match.objects.filter(offer=offers[0], status=MatchStatus.SUGGESTED).exists()
    assert suggestions() == what_a_run_leaves()


def test_with_a_broker_a_worker_does_it(lists_of_one, settings, monkeypatch, django_capture_on_commit_callbacks):
    needs, _offers = lists_of_one
    handed_out = []
    settings.CELERY_BROKER_URL = "memory://"
    monkeypatch.setattr(current_app, "send_task", lambda *given: handed_out.append(given))
    with django_capture_on_commit_callbacks(execute=True):
        due.on_postings_changed(Need, [needs[1].pk])
    assert handed_out == [("matching.tasks.bring_up_to_date", ([[needs[1].pk], []], [[], []]))]
