"""A proposed version on the pages of the workspace: its writer's, its approver's, and nobody else's."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from directory.models import User
from surveys.choices import PostingStatus, WindowKind
from surveys.models import CountryWindow, Offer, ProposedVersion
from surveys.postings import posting
from surveys.postings.deciding.versions import version_at_hand
from tests.factories import ConfirmedOfferFactory
from tests.pages import Page, as_of
from tests.workspace.test_postings import typed
from web.since_shown import AS_OF
from workspace.postings.waiting import waiting_for

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def offer(focal_point: User, coordinator: User) -> Offer:
    agency = focal_point.current_affiliations[0].agency
    CountryWindow.objects.create(country=agency.country, kind=WindowKind.SINGLE)
    made: Offer = ConfirmedOfferFactory(
        country=agency.country, agency=agency, title="As approved", text="A course of two weeks.",
        areas=["energy"], modalities=["training"],
    )  # fmt: skip
    return made


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def save(user: User, offer: Offer, **given: Any) -> Any:
    address = reverse("workspace:offer-edit", args=[offer.pk])
    return as_(user).post(address, typed(user, title="Anew", **as_of(offer), **given), follow=True)


def press(user: User, offer: Offer, step: str, **given: Any) -> Any:
    address = reverse("workspace:offer-step", args=[offer.pk, step])
    return as_(user).post(address, as_of(offer, **given), follow=True)


def at_hand(offer: Offer) -> ProposedVersion:
    version = version_at_hand(offer)
    assert version is not None
    return version


def page_of(user: User, offer: Offer) -> Page:
    return Page(as_(user).get(reverse("workspace:offer", args=[offer.pk])))


def test_the_writer_reads_what_is_public_and_what_waits(focal_point, coordinator, offer) -> None:
    form = Page(as_(focal_point).get(reverse("workspace:offer-edit", args=[offer.pk])))
    assert "until then what is public stays as it is" in form.text
    page = Page(save(focal_point, offer))
    assert f"Sent for approval to {coordinator}, who coordinates for Thailand. What is public stays" in page.text
    headings = {text.strip() for _level, text in page.headings}
    assert {"What waits for approval", "What is public"} <= headings
    assert "A new version waits for approval" in page.text
    assert "taken out: As approved" in page.text
    assert "put in: Anew" in page.text
    assert Offer.objects.get().title == "As approved"
    again = as_(focal_point).get(reverse("workspace:offer-edit", args=[offer.pk]))
    assert 'value="Anew"' in again.content.decode()
    assert "here you go on with that" in Page(again).text
    for state, is_there in (("waiting", True), ("published", True), ("sent_back", False), ("draft", False)):
        rows = Page(as_(focal_point).get(reverse("workspace:offers"), {"state": state}))
        assert ("As approved" in rows.text) == is_there, state


def test_the_approver_reads_what_would_change_and_approves(focal_point, coordinator, manager, offer) -> None:
    save(focal_point, offer)
    assert "As approved" in Page(as_(coordinator).get(reverse("workspace:home"))).text
    approvals = Page(as_(coordinator).get(reverse("workspace:approvals")))
    assert f"a new version, written by {focal_point} on" in approvals.text
    # What would change is read first: the list has no button for it.
    assert reverse("workspace:offer-step", args=[offer.pk, "approve"]) not in approvals.source
    assert as_(manager).post(reverse("workspace:offer-step", args=[offer.pk, "approve"])).status_code == 404
    page = page_of(coordinator, offer)
    assert "put in: Anew" in page.text
    assert "Approve: make it public" in page.text
    done = press(coordinator, offer, "approve")
    assert "Approved: “Anew” is published." in Page(done).text
    assert Offer.objects.get().title == "Anew"
    assert "Nothing waits for your approval." in Page(done).text


def test_the_approver_who_looked_before_it_was_written_anew_is_told(focal_point, coordinator, offer) -> None:
    save(focal_point, offer)
    looked = as_of(offer)
    posting.edit(
        posting=offer, values={"title": "Anew, and otherwise"}, areas=["energy"], modalities=["training"], targets=[],
        by=focal_point,
    )  # fmt: skip
    address = reverse("workspace:offer-step", args=[offer.pk, "approve"])
    answer = as_(coordinator).post(address, looked)
    assert answer.status_code == 409
    assert "a version was proposed" in Page(answer).text
    assert Offer.objects.get().title == "As approved"


def test_two_who_write_at_once_are_told_and_lose_nothing(focal_point, offer) -> None:
    client, address = as_(focal_point), reverse("workspace:offer-edit", args=[offer.pk])
    looked = as_of(offer)
    save(focal_point, offer)
    answer = client.post(address, typed(focal_point, title="By somebody else", **looked))
    assert answer.status_code == 422
    assert 'value="By somebody else"' in answer.content.decode()
    assert at_hand(offer).content["values"]["title"] == "Anew"
    again = typed(focal_point, title="By somebody else") | {AS_OF: answer.context["form"][AS_OF].value()}
    assert client.post(address, again).status_code == 302
    assert at_hand(offer).content["values"]["title"] == "By somebody else"


def test_sent_back_the_writer_reads_the_note_beside_what_it_wrote(focal_point, coordinator, offer) -> None:
    save(focal_point, offer)
    assert press(coordinator, offer, "send_back", note="").status_code == 422
    press(coordinator, offer, "send_back", note="Say for how many.")
    assert Offer.objects.get().status == PostingStatus.PUBLISHED
    page = page_of(focal_point, offer)
    assert "Sent back: the proposed version" in page.text
    assert "Say for how many." in page.text
    assert "put in: Anew" in page.text
    assert [one.what for one in waiting_for(focal_point)] == ["Offer sent back"]
    listed = Page(as_(focal_point).get(waiting_for(focal_point)[0].address))
    assert "Say for how many." in listed.text
    form = as_(focal_point).get(reverse("workspace:offer-edit", args=[offer.pk]))
    assert "Say for how many." in Page(form).text
    save(focal_point, offer, places="20")
    assert at_hand(offer).is_waiting
    assert Page(as_(coordinator).get(reverse("workspace:approvals"))).text.count("As approved") >= 1


def test_it_can_be_taken_back_and_stays_in_the_history(focal_point, offer) -> None:
    save(focal_point, offer)
    assert "What is public stays" in Page(press(focal_point, offer, "take_back")).text
    assert "What waits for approval" not in page_of(focal_point, offer).text
    history = Page(as_(focal_point).get(reverse("workspace:offer-history", args=[offer.pk])))
    assert "Versions that were proposed" in history.text
    assert "put in: Anew" in history.text
    assert "Taken back" in history.text


def test_who_publishes_alone_changes_what_is_public_and_is_told_that_a_version_waits(
    focal_point, coordinator, offer
) -> None:
    save(focal_point, offer)
    address = reverse("workspace:offer-edit", args=[offer.pk])
    form = as_(coordinator).get(address)
    assert 'value="As approved"' in form.content.decode()
    assert "Here you change what is public, at once." in Page(form).text


def test_withdrawing_is_said_to_put_it_away(focal_point, offer) -> None:
    save(focal_point, offer)
    assert "What waits beside it is put away with it" in page_of(focal_point, offer).text
    press(focal_point, offer, "withdraw", reason="met")
    assert not ProposedVersion.objects.at_hand().exists()


def test_others_have_no_way_to_it(focal_point, other_focal_point, reviewer, offer) -> None:
    save(focal_point, offer)
    for user in (other_focal_point, reviewer):
        for step in ("take_back", "approve", "send_back"):
            address = reverse("workspace:offer-step", args=[offer.pk, step])
            assert as_(user).post(address, as_of(offer)).status_code in (403, 404), (user, step)
    assert at_hand(offer).is_waiting


def test_the_sheet_goes_on_with_the_version(focal_point, offer) -> None:
    save(focal_point, offer)
    file = as_(focal_point).get(reverse("workspace:offer-filled-sheet", args=[offer.pk])).getvalue()
    cells = {row[3].value: row[1].value for row in load_workbook(BytesIO(file)).worksheets[0].rows if len(row) > 3}
    assert cells["title"] == "Anew"


def test_the_lists_ask_as_often_for_many_as_for_few(
    focal_point, coordinator, offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    save(focal_point, offer)
    for user, name in ((focal_point, "offers"), (coordinator, "approvals")):
        client, address = as_(user), reverse(f"workspace:{name}")
        client.get(address)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        for number in range(5):
            one = ConfirmedOfferFactory(
                country=offer.country, agency=offer.agency, areas=["energy"], modalities=["training"]
            )
            posting.edit(
                posting=one, values={"title": f"Anew {number}"}, areas=["energy"], modalities=["training"], targets=[],
                by=focal_point,
            )  # fmt: skip
        with django_assert_num_queries(len(few)):
            client.get(address)
