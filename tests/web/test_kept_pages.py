"""Pages kept for the next reader: the same as if made anew, and never older than what was written last."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from directory.models import Agency, Country, PriorityArea, User
from surveys.choices import PostingStatus, Visibility
from surveys.models import CountryWindow, Offer
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    TargetFactory,
)
from web import maintenance
from web.lists import kept_pages
from web.lists.kept_pages import PAGES, KeptPage, KeptPages, SharedAnswer, state_of_the_database
from web.maintenance import Maintenance

NOW = dt.datetime(2026, 5, 4, 12, 30, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _none_kept() -> Iterator[None]:
    PAGES.clear()
    yield
    PAGES.clear()


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Let the database say that it stands as it is told to, whatever is written: "as it was" until then."""

    def stands(states: Any) -> None:
        monkeypatch.setattr(kept_pages, "state_of_the_database", lambda: next(states))

    stands(itertools.repeat("as it was"))
    return stands


@pytest.fixture
def offer(db: None) -> Offer:
    return ConfirmedOfferFactory(title="Solar pumps", agency=AgencyFactory(name="Ministry of Water"))


@pytest.fixture
def is_kept(client: Client, offer: Offer, state: Any) -> Callable[..., bool]:
    """Whether a second reader is given what the first one was: the title is changed behind the portal's back."""

    def ask(path: str = "/offers/", *, reader: Client = client, **asked: Any) -> bool:
        Offer.objects.update(title="Solar pumps")
        assert b"Solar pumps" in client.get("/offers/").content
        Offer.objects.update(title="Wind mills")
        return b"Solar pumps" in reader.get(path, **asked).getvalue()

    return ask


def test_the_next_reader_gets_the_same_answer_without_a_query(client, is_kept, django_assert_num_queries):
    assert is_kept()
    PAGES.clear()
    first = client.get("/offers/", headers={"accept-encoding": "gzip"})
    with django_assert_num_queries(0):
        again = client.get("/offers/", headers={"accept-encoding": "gzip"})
        unchanged = client.get("/offers/", headers={"if-none-match": first["ETag"]})

    changing = {"X-Request-ID", "Content-Length"}  # compressed with padding of a random length
    assert {name: value for name, value in first.items() if name not in changing} == {
        name: value for name, value in again.items() if name not in changing
    }
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", first["ETag"])
    assert unchanged["Vary"] == first["Vary"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/offers/?page=1", {}),
        ("/offers/", {"headers": {"accept-language": "fr"}}),
        ("/offers/", {"headers": {"host": "127.0.0.1"}}),
        ("/offers/", {"secure": True}),
        ("/offers/", {"headers": {"hx-request": "true"}}),
        ("/offers/", {"headers": {"authorization": "Bearer nobody"}}),
        ("/offers/", {"headers": {"cookie": "sessionid=x"}}),
        ("/offers/", {"headers": {"cookie": "csrftoken=x"}}),
        ("/offers.csv", {}),
    ],
)
def test_who_asks_otherwise_gets_no_one_else_s_answer(is_kept, settings, path: str, asked: dict[str, Any]) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    answer = is_kept(path, **asked)
    assert not answer


def test_whoever_is_logged_in_gets_a_page_of_their_own(is_kept, focal_point: User) -> None:
    reader = Client()
    reader.force_login(focal_point)
    assert not is_kept(reader=reader)
    reader.get("/needs/")
    Offer.objects.update(title="Solar pumps")
    assert b"Log in" in Client().get("/needs/").content, "nor is theirs kept for others"


def test_a_page_is_not_kept_beyond_its_minute_on_which_days_begin_and_end(is_kept, client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        assert is_kept()
        clock.shift(dt.timedelta(seconds=49))
        assert b"Solar pumps" in client.get("/offers/").content
        clock.shift(dt.timedelta(seconds=1))
        assert b"Wind mills" in client.get("/offers/").content


def test_what_maintenance_announces_is_on_the_page_at_once(is_kept, client, settings, tmp_path) -> None:
    settings.MAINTENANCE_FILE = tmp_path / "maintenance.json"
    assert is_kept()
    maintenance.begin(Maintenance(maintenance.ANNOUNCED, message="Back at noon."))
    assert b"Back at noon." in client.get("/offers/").content


def test_what_was_written_while_the_page_was_made_is_not_missed(client, offer, state) -> None:
    state(iter(["before", "after", "after", "after"]))
    client.get("/offers/")
    Offer.objects.update(title="Wind mills")
    assert b"Wind mills" in client.get("/offers/").content


def test_errors_and_what_is_one_reader_s_alone_are_not_kept(client, offer, state) -> None:
    client.get("/offers/?area=nonsense")
    assert not PAGES._pages
    request = RequestFactory().get("/offers/")
    request.META["CSRF_COOKIE"] = "x"
    answer: Any = SharedAnswer.of(request)
    answer.keep(client.get("/method/"))
    assert not PAGES._pages


def test_the_longest_unused_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_pages, "MOST_BYTES", 26)
    pages = KeptPages()
    for key in "ab":
        pages.keep(key, KeptPage("now", b"x" * 10, ()))
    assert pages.find("a", "now")
    pages.keep("c", KeptPage("now", b"x" * 10, ()))
    assert [bool(pages.find(key, "now")) for key in "abc"] == [True, False, True]
    pages.keep("a", KeptPage("later", b"x" * 5, ()))
    assert pages._bytes == 2 * len("'a'") + 15
    assert not pages.find("a", "now")


def test_within_a_transaction_nothing_is_kept(client, offer) -> None:
    client.get("/offers/")
    assert state_of_the_database() is None
    assert not PAGES._pages


def country_of(offer: Offer) -> Country:
    country = offer.posting_country
    assert country is not None
    return country


def withdraw(offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(status=PostingStatus.WITHDRAWN)


def hide(offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(visibility=Visibility.FOCAL_POINTS)


def pause(offer: Offer) -> None:
    CountryWindow.objects.create(country=country_of(offer), paused_at=timezone.now())


def rename_agency(offer: Offer) -> None:
    Agency.objects.filter(offers=offer).update(name="Ministry of Rivers")


def rename_country(offer: Offer) -> None:
    Country.objects.filter(pk=country_of(offer).pk).update(name="Another name")


def rename_area(offer: Offer) -> None:
    PriorityArea.objects.filter(pk="energy").update(label="Power")


def state_another_area(offer: Offer) -> None:
    offer.areas.add(AreaFactory(code="health", label="Health"))


def state_a_target(offer: Offer) -> None:
    TargetFactory(offer=offer, group=CountryGroupFactory(code="LDC", label="Least developed"))


def join_a_group(offer: Offer) -> None:
    group = CountryGroupFactory(code="ASEAN", label="ASEAN", is_heading=True)
    GroupMembershipFactory(group=group, country=country_of(offer))


def post_another(offer: Offer) -> None:
    ConfirmedOfferFactory(title="Wind mills", country=CountryFactory(iso3="THA", iso2="TH"))


def delete(offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).delete()


WRITES = (
    rename_agency, rename_country, rename_area, state_another_area, state_a_target, join_a_group, post_another,
    pause, hide, withdraw, delete,
)  # fmt: skip


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_whatever_is_written_is_on_the_next_page() -> None:
    """Each page is asked for until it is kept, or others who write to the same server have kept it from being so."""
    for write in WRITES:
        Offer.objects.all().delete()
        CountryWindow.objects.all().delete()
        agency = Agency.objects.first() or AgencyFactory(name="Ministry of Water")
        offer = ConfirmedOfferFactory(title="Solar pumps", agency=agency, areas=[AreaFactory(code="energy")])
        reader = Client()
        for _time in range(3):
            before = reader.get("/offers/").content
        write(offer)
        after = reader.get("/offers/").content
        PAGES.clear()
        assert after == reader.get("/offers/").content != before, write.__name__


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_whatever_commits_turns_the_state_in_whatever_order() -> None:
    writers = [connection.copy() for _one in range(3)]
    try:
        for number, writer in enumerate(writers):
            writer.set_autocommit(False)
            with writer.cursor() as cursor:
                cursor.execute("INSERT INTO django_session VALUES (%s, '', now())", [f"session-{number}"])
        for writer in (writers[2], writers[0], writers[1]):
            before = state_of_the_database()
            writer.commit()
            assert state_of_the_database() != before
    finally:
        for writer in writers:
            writer.close()

    before = state_of_the_database()
    with transaction.atomic():
        SessionStore().save(must_create=True)
        assert state_of_the_database() is None, "it would not tell of the session"
    assert state_of_the_database() != before
