"""What a key changes of what is public, and somebody approves first: it waits beside that, and the key reads that."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from directory.choices import Role
from directory.models import ApiKey, User
from surveys.choices import PostingStatus, VersionState, WindowKind
from surveys.models import Need, Offer, ProposedVersion
from surveys.postings import approval, posting
from surveys.postings.deciding.versions import version_at_hand
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    UserFactory,
)
from tests.surveys.api.writing import send, writing_key

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def key(db: None) -> ApiKey:
    """A key of Thailand's agency, whose coordinator approves."""
    return writing_key(WindowKind.SINGLE)


@pytest.fixture
def approver(key: ApiKey) -> User:
    ministry = AgencyFactory(code="mfa", country=key.agency.country, kind="ministry")
    return UserFactory(role=Role.COORDINATOR, role__agency=ministry)


@pytest.fixture
def offer(key: ApiKey) -> Offer:
    made: Offer = own(key, ConfirmedOfferFactory, title="As approved")
    return made


def own(key: ApiKey, maker: Any, **values: Any) -> Any:
    given = {"areas": ["energy"], "modalities": ["training"], **values}
    return maker(agency=key.agency, country=key.agency.country, **given)


def get(key: ApiKey, offer: Offer) -> Any:
    return send(key, "get", f"/offers/{offer.pk}/")


def patch(key: ApiKey, offer: Offer, body: Any, **headers: str) -> Any:
    return send(key, "patch", f"/offers/{offer.pk}/", body, **({"If_Match": get(key, offer)["ETag"]} | headers))


def test_a_change_waits_and_is_read_back_beside_what_is_public(key, offer, approver) -> None:
    CountryFactory(iso3="KHM")
    AreaFactory(code="health")
    assert get(key, offer).json()["proposed"] is None
    body = {
        "title": "Anew", "areas": ["health"], "places": 12, "closes_on": "2031-05-06", "contact": "Secret",
        "amount": {"value": "1250.5", "currency": "USD"}, "targets": [{"country": "KHM"}], "any_modality": True,
    }  # fmt: skip
    answer = patch(key, offer, body)
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["title"], said["status"], said["areas"]) == ("As approved", "published", ["energy"])
    waits = said["proposed"]
    assert (waits["state"], waits["note"]) == ("waiting", "")
    assert waits["changes"] == {
        "title": "Anew", "areas": ["health"], "places": 12, "closes_on": "2031-05-06", "any_modality": True,
        "amount": {"value": "1250.50", "currency": "USD", "years": "", "note": ""},
        "targets": [{"kind": "country", "country": "KHM", "group": None, "as_printed": ""}],
    }  # fmt: skip
    assert b"Secret" not in answer.content
    assert get(key, offer).json() == said
    version = version_at_hand(offer)
    assert version is not None
    assert (version.sent_with_key, version.contact, version.written_by) == (key.name, "Secret", key.accountable)

    approval.approve(posting=offer, by=approver)
    said = get(key, offer).json()
    assert (said["title"], said["proposed"], said["amount"]["value"]) == ("Anew", None, "1250.50")
    again = Offer.objects.get()
    assert (again.sent_with_key, again.contact) == (key.name, "Secret")
    assert f"edited, through the API with key “{key.name}”" in set(
        Offer.history.filter(id=offer.pk).values_list("history_change_reason", flat=True)
    )


def test_a_second_change_goes_on_with_the_first_and_needs_what_was_read(key, offer, approver) -> None:
    first = get(key, offer)["ETag"]
    assert patch(key, offer, {"title": "Anew"}).status_code == 200
    # What was read before somebody proposed a version is not what is there now.
    stale = patch(key, offer, {"text": "More."}, If_Match=first)
    assert stale.status_code == 412
    second = get(key, offer)["ETag"]
    assert second != first
    assert patch(key, offer, {"text": "More."}).json()["proposed"]["changes"] == {"title": "Anew", "text": "More."}
    approval.send_back(posting=offer, by=approver, note="Too long.")
    said = get(key, offer)
    assert said["ETag"] != second
    assert (said.json()["proposed"]["state"], said.json()["proposed"]["note"]) == ("returned", "Too long.")
    # What is public again: nothing waits any more.
    assert patch(key, offer, {"title": "As approved", "text": offer.text}).json()["proposed"] is None
    assert not ProposedVersion.objects.at_hand().exists()


def test_asking_to_publish_what_is_public_already_changes_nothing(key, offer) -> None:
    said = patch(key, offer, {"title": "Anew", "status": "published"})
    assert said.status_code == 200
    assert said.json()["proposed"]["state"] == "waiting"
    assert patch(key, offer, {"status": "published"}).status_code == 200


def test_an_unconfirmed_one_is_changed_in_the_same_way(key) -> None:
    offer = own(key, ConfirmedOfferFactory, confirmed_on=None)
    said = patch(key, offer, {"title": "Anew", "status": "published"})
    assert said.status_code == 200, said.content
    assert said.json()["proposed"]["state"] == "waiting"
    assert Offer.objects.get().submitted_at is None


def test_what_is_wrong_is_said_and_nothing_kept(key, offer) -> None:
    assert patch(key, offer, {"areas": []}).status_code == 400
    assert patch(key, offer, {"proposed": {"title": "x"}}).status_code == 400
    assert not ProposedVersion.objects.exists()


def test_sent_again_with_its_key_it_is_done_once(key, offer) -> None:
    tag = get(key, offer)["ETag"]
    answers = [patch(key, offer, {"title": "Anew"}, If_Match=tag, Idempotency_Key="8e03978e") for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert ProposedVersion.objects.count() == 1


def test_many_at_once_say_which_wait(key, offer) -> None:
    version = get(key, offer).json()["version"]
    new = {"title": "A new one", "areas": ["energy"], "modalities": ["training"], "language": "en"}
    items = [{"id": offer.pk, "version": version, "title": "Anew"}, new]
    results = send(key, "post", "/offers/batch/", {"items": items}).json()["results"]
    assert [(one["posting_status"], one["proposed_state"]) for one in results] == [
        ("published", "waiting"), ("draft", None),
    ]  # fmt: skip


def test_a_withdrawal_does_not_wait(key, offer) -> None:
    patch(key, offer, {"title": "Anew"})
    tag = get(key, offer)["ETag"]
    answer = send(key, "post", f"/offers/{offer.pk}/withdraw/", {"reason": "met"}, If_Match=tag)
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["proposed"]) == ("withdrawn", None)


def test_where_the_window_lets_agencies_publish_nothing_waits(db) -> None:
    key = writing_key(WindowKind.SEVERAL)
    offer = own(key, ConfirmedOfferFactory)
    said = patch(key, offer, {"title": "Anew"}).json()
    assert (said["title"], said["proposed"]) == ("Anew", None)


def test_a_need_names_its_partners(key) -> None:
    CountryFactory(iso3="KHM")
    need = own(key, ConfirmedNeedFactory)
    tag = send(key, "get", f"/needs/{need.pk}/")["ETag"]
    answer = send(key, "patch", f"/needs/{need.pk}/", {"preferred_partners": [{"country": "KHM"}]}, If_Match=tag)
    assert [one["country"] for one in answer.json()["proposed"]["changes"]["preferred_partners"]] == ["KHM"]
    assert Need.objects.get().preferred_partners.count() == 0


def test_another_key_reads_nothing_of_it(key, offer) -> None:
    patch(key, offer, {"title": "Anew"})
    other = writing_key(WindowKind.SINGLE, code="khmer", iso3="KHM")
    for path in (f"/offers/{offer.pk}/", "/offers/", "/offers/?format=ndjson"):
        answer = send(other, "get", path)
        content = answer.getvalue()
        assert b"As approved" in content
        assert b"proposed" not in content
        assert b"Anew" not in content
    assert b"Anew" in send(key, "get", "/offers/?format=ndjson").getvalue()


def test_the_list_asks_as_often_for_twenty_as_for_two(
    key, offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    patch(key, offer, {"title": "Anew"})
    own(key, ConfirmedOfferFactory)
    send(key, "get", "/offers/")
    with CaptureQueriesContext(connection) as few:
        send(key, "get", "/offers/")
    for number in range(20):
        one = own(key, ConfirmedOfferFactory)
        posting.edit(
            posting=one, values={"title": f"Anew {number}"}, areas=["energy"], modalities=["training"], targets=[],
            by=key.accountable,
        )  # fmt: skip
    assert ProposedVersion.objects.filter(state=VersionState.WAITING).count() == 21
    with django_assert_num_queries(len(few)):
        assert len(send(key, "get", "/offers/").json()["results"]) > 10


def test_what_a_version_holds_is_what_its_fields_hold(key, offer, approver) -> None:
    """Each kind of field goes out and comes back: what was sent is what is written."""
    body = {
        "title": "Anew", "text": "Texte.", "language": "fr", "english_text": "Text.", "opens_on": "2030-01-02",
        "closes_on": "2031-05-06", "places": 7, "delivery_languages": ["fr", "en"], "facilitating_allowed": True,
        "visibility": "focal_points", "any_modality": True,
        "amount": {"value": "12500.00", "currency": "EUR", "years": "2030", "note": "In kind."},
    }  # fmt: skip
    said = patch(key, offer, body)
    assert said.status_code == 200, said.content
    approval.approve(posting=offer, by=approver)
    again = Offer.objects.get()
    assert (again.opens_on, again.closes_on, again.places) == (dt.date(2030, 1, 2), dt.date(2031, 5, 6), 7)
    assert (str(again.amount), again.amount_currency, again.amount_note) == ("12500.00", "EUR", "In kind.")
    assert set(again.delivery_languages) == {"fr", "en"}
    assert (again.facilitating_allowed, again.language, again.visibility) == (True, "fr", "focal_points")
    assert again.status == PostingStatus.PUBLISHED
