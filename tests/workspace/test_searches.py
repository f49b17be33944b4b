"""Saved searches: kept from a list, told of by mail, for their person alone."""

import datetime as dt

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory.choices import Digest
from directory.mail.sending import send_due
from directory.models import Mail, User
from directory.people.leaving import erase
from surveys.choices import PostingStatus, Side, Visibility
from surveys.models import Offer, SavedSearch
from surveys.saved_searches import keeping, telling
from tests.factories import AreaFactory, ConfirmedOfferFactory, CountryFactory, PublishedNeedFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

MONDAY, TUESDAY = dt.date(2026, 11, 30), dt.date(2026, 12, 1)
SEARCHES = "/workspace/searches/"


def offer(area: str, **kwargs) -> Offer:
    return ConfirmedOfferFactory(areas=[AreaFactory(code=area)], country=CountryFactory(iso3="VNM"), **kwargs)


def keep(user, query: str = "area=health", name: str = "Health", side: Side = Side.OFFER) -> SavedSearch:
    AreaFactory(code="health")
    return keeping.save(by=user, side=side, name=name, query=query)


@pytest.fixture
def member(focal_point) -> Client:
    client = Client()
    client.force_login(focal_point)
    return client


def words(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.locks
def test_a_search_is_kept_from_the_list_and_gone_back_to(member, focal_point):
    offer("health")
    listed = member.get("/offers/?area=health&page=1").content.decode()
    assert "Save this search" in listed
    assert 'value="area=health&amp;page=1"' in listed
    member.post(SEARCHES, {"side": "offer", "query": "area=health&page=1&q=", "name": "  Health   abroad "})
    search = SavedSearch.objects.get(user=focal_point)
    assert (search.side, search.name, search.query) == ("offer", "Health abroad", "area=health")
    page = member.get(SEARCHES).content.decode()
    assert 'href="/offers/?area=health"' in page
    member.post(reverse("workspace:search-remove", args=[search.pk]))
    assert not SavedSearch.objects.exists()


def test_only_who_is_logged_in_and_has_a_filter_on_is_offered_to_keep_it(client, member):
    offer("health")
    assert "Save this search" not in client.get("/offers/?area=health").content.decode()
    assert "Save this search" not in member.get("/offers/").content.decode()


def test_the_same_name_is_the_same_search(focal_point):
    keep(focal_point)
    keep(focal_point, query="area=health&is_confirmed=true")
    assert [search.query for search in SavedSearch.objects.all()] == ["area=health&is_confirmed=true"]


@pytest.mark.parametrize(
    "sent",
    [
        {"side": "offer", "name": "", "query": ""},
        {"side": "offer", "name": "x" * 81, "query": ""},
        {"side": "offer", "name": "a\x00b", "query": ""},
        {"side": "offer", "name": "x", "query": "area=nothing-like-it"},
        {"side": "offer", "name": "x", "query": "unheard=1"},
        {"side": "offer", "name": "x", "query": "closed=2"},
        {"side": "offer", "name": "x", "query": "q=" + "x" * 100_000},
        {"side": "offer", "name": "x", "query": "q=%00"},
        {"side": "match", "name": "x", "query": ""},
        {},
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_reason(member, sent):
    response = member.post(SEARCHES, sent)
    assert response.status_code == 302
    assert words(response)
    assert not SavedSearch.objects.exists()


def test_there_is_a_limit_to_how_many_one_keeps(focal_point, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_SEARCHES", 1)
    keep(focal_point)
    keep(focal_point)
    with pytest.raises(keeping.SearchRefused, match="remove one first"):
        keep(focal_point, name="Another")


def test_nobody_removes_or_sees_what_another_keeps(member, other_focal_point):
    search = keep(other_focal_point, name="Theirs")
    member.post(reverse("workspace:search-remove", args=[search.pk]))
    assert SavedSearch.objects.filter(pk=search.pk).exists()
    assert "Theirs" not in member.get(SEARCHES).content.decode()


def test_what_is_new_is_told_once_and_what_was_there_is_not(focal_point):
    offer("health", title="There before")
    keep(focal_point)
    User.objects.update(weekly_on=MONDAY - dt.timedelta(days=7))
    assert telling.write_news(MONDAY) == 0
    offer("health", title="New in health")
    offer("energy", title="Of no interest")
    User.objects.update(weekly_on=MONDAY)
    assert telling.write_news(TUESDAY) == 0, "the week was dealt with on Monday"
    User.objects.update(weekly_on=MONDAY - dt.timedelta(days=7))
    assert telling.write_news(TUESDAY) == 1, "made up for"
    assert telling.write_news(TUESDAY) == 0
    send_due()
    (sent,) = mail.outbox
    assert "New in health" in sent.body
    assert "There before" not in sent.body
    assert "Of no interest" not in sent.body
    assert "/mail/unsubscribe/" in sent.body


def test_who_wants_no_digest_hears_nothing_and_has_missed_nothing_later(focal_point):
    focal_point.digest = Digest.NEVER
    focal_point.save()
    keep(focal_point)
    offer("health")
    assert telling.write_news(MONDAY) == 0
    focal_point.digest = Digest.AT_ONCE
    focal_point.save()
    assert telling.write_news(TUESDAY) == 1


def test_what_closed_and_opened_again_is_no_news(focal_point):
    posting = offer("health")
    keep(focal_point)
    Offer.objects.filter(pk=posting.pk).update(status=PostingStatus.WITHDRAWN)
    assert telling.write_news(MONDAY) == 0
    Offer.objects.filter(pk=posting.pk).update(status=PostingStatus.PUBLISHED)
    assert telling.write_news(MONDAY) == 0


def test_a_mail_says_only_what_its_reader_may_see_when_it_is_sent(focal_point):
    keep(focal_point)
    posting = offer("health")
    telling.write_news(MONDAY)
    Offer.objects.filter(pk=posting.pk).update(visibility=Visibility.MATCHED)
    send_due()
    assert mail.outbox == []


def test_needs_are_searched_as_offers_are_by_words_too(focal_point):
    keep(focal_point, query="q=desalination", name="Water", side=Side.NEED)
    PublishedNeedFactory(title="Desalination of sea water", country=CountryFactory(iso3="KIR"))
    offer("health", title="Desalination")
    User.objects.update(weekly_on=MONDAY - dt.timedelta(days=7))
    assert telling.write_news(MONDAY) == 1
    assert [len(ids) for ids in Mail.objects.get().about["found"].values()] == [1]


def test_a_search_that_the_list_no_longer_knows_finds_nothing(member, focal_point):
    search = keep(focal_point)
    SavedSearch.objects.filter(pk=search.pk).update(query="area=renamed")
    search.refresh_from_db()
    assert keeping.found_ids(search) == []
    assert telling.write_news(MONDAY) == 0
    assert member.get("/offers/?area=renamed").status_code == 400


def test_they_go_with_the_personal_details(focal_point):
    keep(focal_point)
    erase(focal_point)
    assert not SavedSearch.objects.exists()


def test_the_page_asks_as_much_for_ten_as_for_one(member, focal_point, django_assert_num_queries):
    keep(focal_point)
    with CaptureQueriesContext(connection) as for_one:
        member.get(SEARCHES)
    for number in range(9):
        keep(focal_point, name=f"Health {number}")
    with django_assert_num_queries(len(for_one)):
        assert member.get(SEARCHES).content.decode().count("/remove/") == 10
