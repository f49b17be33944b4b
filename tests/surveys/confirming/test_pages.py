"""The pages of a campaign: the managers' table, a country, its letters; the workspace; what the public reads of it."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from directory.models import User
from surveys.choices import AskedBy, PostingStatus, RowOutcome
from surveys.confirming import asking, letters, table
from surveys.confirming.replacing import post_in_place
from surveys.models import ConfirmationCampaign, ConfirmationRequest, CountryWindow, Need, Offer, Survey
from surveys.postings import states
from tests.factories import CountryFactory, PublishedOfferFactory, ResponseFactory
from tests.pages import Page, as_of
from tests.surveys.confirming.conftest import BEGUN, CLOSES, at
from tests.surveys.confirming.test_campaigns import own, send

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def page_of(survey: Survey) -> str:
    return reverse("admin:surveys_survey_confirming", args=[survey.pk])


def country_page(request: ConfirmationRequest) -> str:
    return reverse("admin:surveys_survey_confirming_country", args=[request.campaign.survey_id, request.pk])


def words_of(data: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs)


def retire_all(campaign: ConfirmationCampaign) -> None:
    for row in campaign.requests.get(country="THA").rows.with_postings():
        states.retire(posting=row.posting)


# --- for the secretariat


def test_a_manager_begins_sends_and_moves(client: Client, edition: Survey, manager: User, reviewer: User):
    client.force_login(manager)
    asked = client.get(page_of(edition)).content.decode()
    assert "4 postings of this edition are published and not confirmed." in asked
    assert client.post(page_of(edition), {"do": "begin", "closes_on": "yesterday"}).status_code == 422
    assert (
        client.post(page_of(edition), {"do": "begin", "closes_on": str(CLOSES), "reminder_days": 20}).status_code == 302
    )
    campaign = ConfirmationCampaign.objects.get()
    assert (campaign.closes_on, campaign.begun_by) == (CLOSES, manager)
    thailand = campaign.requests.get(country="THA")
    given = {"way": "note", "addressee": "Permanent Mission of Thailand", "reference": "N/1", "sent_on": str(BEGUN)}
    assert client.post(country_page(thailand), given | {"addressee": ""}).status_code == 422
    assert client.post(country_page(thailand), given).status_code == 302
    later = CLOSES + dt.timedelta(days=7)
    assert client.post(page_of(edition), {"do": "move", "closes_on": str(BEGUN)}).status_code == 422
    assert client.post(page_of(edition), {"do": "move", "closes_on": str(later)}).status_code == 302
    thailand.refresh_from_db()
    assert (thailand.reference, thailand.due_on) == ("N/1", later)
    shown = Page(client.get(page_of(edition))).text
    assert "Note verbale N/1" in shown
    client.force_login(reviewer)
    assert client.get(page_of(edition)).status_code == 200
    for address in (page_of(edition), country_page(thailand)):
        assert client.post(address, given | {"do": "begin", "closes_on": str(later)}).status_code == 403


def test_the_table_is_filtered_and_a_file(client: Client, edition: Survey, thailand, manager: User):
    send(thailand, manager)
    client.force_login(manager)
    for state, there, missing in (("sent", "Thailand", "Fiji"), ("not_sent", "Fiji", "Thailand")):
        rows = Page(client.get(f"{page_of(edition)}?state={state}")).text
        assert f"{there} " in rows or there in rows
        assert f">{missing}<" not in client.get(f"{page_of(edition)}?state={state}").content.decode()
    for ending in ("csv", "xlsx", "json", "docx"):
        address = reverse(
            "admin:surveys_survey_confirming_file", args=[edition.pk, thailand.campaign_id, ending]
        )  # fmt: skip
        assert client.get(address).status_code == 200
    assert client.get(address.replace(".docx", ".exe")).status_code == 404
    lines = [one.words for one in table.countries_asked(thailand.campaign)]
    assert sorted(lines) == ["asked", "not asked yet"]


def test_the_table_takes_as_many_queries_for_many(client, edition, campaign, manager, django_assert_num_queries):
    client.force_login(manager)
    client.get(page_of(edition))
    # Session, account, standing; survey; campaign, for the page and for what is under way; rows, requests; others;
    # countries to remind by letter, and when their clocks stood still; what was read since: rows, requests, offers,
    # needs.
    ConfirmationRequest.objects.filter(country="FJI").update(way="note", sent_on=BEGUN, due_on=CLOSES)
    with django_assert_num_queries(15):
        client.get(page_of(edition))
    for iso3 in ("NPL", "LAO", "KHM", "BTN"):
        country = CountryFactory(iso3=iso3)
        response = ResponseFactory(survey=edition, country=country)
        request = ConfirmationRequest.objects.create(campaign=campaign, country=country)
        request.rows.create(offer=PublishedOfferFactory(survey=edition, response=response, country=country))
        later = ResponseFactory(survey=edition, country=country, key=f"later-{iso3}")
        PublishedOfferFactory(survey=edition, response=later, country=country)
    campaign.requests.exclude(country="THA").update(way="note", sent_on=BEGUN, due_on=CLOSES)
    with django_assert_num_queries(15):
        client.get(page_of(edition))


def test_an_answer_is_typed_in_and_what_is_refused_is_kept(client: Client, thailand, manager: User):
    send(thailand, manager)
    client.force_login(manager)
    rows = {row.posting.title: row.pk for row in thailand.rows.with_postings()}
    given = {
        "reference": "MFA/77",
        "dated": str(BEGUN),
        f"row_{rows['Thailand: solar courses']}": "confirms",
        f"row_{rows['Thailand: compiled']}": "withdraws",
    }
    refused = client.post(country_page(thailand), given | {"dated": str(CLOSES)})
    assert refused.status_code == 422
    assert 'value="MFA/77"' in refused.content.decode()
    compiled = {f"row_{rows['Thailand: compiled']}": "confirms"}
    assert client.post(country_page(thailand), given | compiled).status_code == 422
    assert client.post(country_page(thailand), given).status_code == 302
    assert own("Thailand: solar courses").confirmed_on == BEGUN
    assert own("Thailand: compiled").status == PostingStatus.WITHDRAWN
    assert "MFA/77" in client.get(country_page(thailand)).content.decode()


def test_a_note_verbale_and_a_letter(client: Client, thailand, manager: User, settings: Any):
    settings.PORTAL_OWNER = "The secretariat of the Test"
    note = words_of(letters.letter_docx(thailand, AskedBy.NOTE))
    for said in (
        "The secretariat of the Test presents its compliments to the Permanent Mission of Thailand to the United",
        "Nations and has the honour to refer to",
        "by 1 March 2027",
        "/workspace/confirming/",
        "Thailand: solar courses",
        "Compiled from public sources",
        "Thailand: compiled",
        "cannot be confirmed as it stands",
        "the assurances of its highest consideration.",
    ):
        assert said in note, said
    assert note.index("Thailand: solar courses") < note.index("cannot be confirmed") < note.index("Thailand: compiled")
    assert "Name and function" not in note
    letter = words_of(letters.letter_docx(thailand, AskedBy.LETTER))
    assert "Excellency," in letter
    assert "Name and function" in letter
    assert "Fiji" not in letter
    client.force_login(manager)
    address = reverse(
        "admin:surveys_survey_confirming_letter", args=[thailand.campaign.survey_id, thailand.pk, "note"]
    )  # fmt: skip
    assert client.get(address)["Content-Disposition"] == 'attachment; filename="note-THA.docx"'
    assert client.get(address.replace("note", "mail")).status_code == 404


def test_hostile_texts_make_letters_that_open(thailand, settings: Any):
    settings.PORTAL_OWNER = 'A "B" \x00 \u202e<b>{{ 7*7 }}'
    Offer.objects.filter(title="Thailand: solar courses").update(
        title="=cmd\x0b\u202e <script>", text="\ufffe {% x %} %(day)s\r\nline", amount_as_printed="\x1f5"
    )
    for way in letters.WRITTEN:
        assert "%(day)s" in words_of(letters.letter_docx(thailand, way))


def test_all_letters_are_one_archive_of_who_is_still_to_be_asked(campaign, thailand, fiji, manager):
    def names() -> list[str]:
        return zipfile.ZipFile(io.BytesIO(letters.letters_zip(campaign, AskedBy.NOTE))).namelist()

    assert sorted(names()) == ["note-FJI.docx", "note-THA.docx"]
    send(thailand, manager)
    assert names() == ["note-FJI.docx"]
    states.withdraw(posting=own("Fiji: reefs"), by=manager)
    assert names() == []
    with pytest.raises(asking.ConfirmingRefused, match="Nothing is left"):
        send(fiji, manager)


# --- for the country


def test_what_is_asked_stands_in_the_workspace(
    client: Client, thailand, manager, focal_point, coordinator, other_focal_point
):
    address = reverse("workspace:confirming")
    client.force_login(coordinator)
    assert "Nothing is asked of you" in client.get(address).content.decode()
    send(thailand, manager)
    shown = Page(client.get(address)).text
    for title in ("Thailand: solar courses", "Thailand: flood maps", "Thailand: compiled"):
        assert title in shown
    assert "asked by 1 March 2027" in shown
    home = Page(client.get(reverse("workspace:home"))).text
    assert "Confirm, correct or withdraw by 1 March 2027." in home
    client.force_login(focal_point)
    shown = Page(client.get(address)).text
    assert "Thailand: solar courses" in shown
    client.force_login(other_focal_point)
    assert "Thailand" not in Page(client.get(address)).text
    client.force_login(manager)
    assert client.get(address).status_code == 403
    client.logout()
    assert client.get(address).status_code == 302


def test_the_page_of_the_workspace_takes_as_many_queries_for_many(
    client, thailand, manager, coordinator, django_assert_num_queries
):
    send(thailand, manager)
    client.force_login(coordinator)
    address = reverse("workspace:confirming")
    client.get(address)
    for turn in range(2):
        with django_assert_num_queries(7):  # session, account, standing; rows; what waits beside either; window
            client.get(address)
        response = own("Thailand: solar courses").response
        for number in range(5 if turn == 0 else 0):
            posting = PublishedOfferFactory(
                survey=response.survey, response=response, response_part=number + 1, country=response.country
            )
            thailand.rows.create(offer=posting)


def test_the_country_posts_in_place_and_the_compiled_one_goes(client: Client, thailand, manager, coordinator):
    CountryWindow.objects.create(country_id="THA", kind="single")
    send(thailand, manager)
    compiled = own("Thailand: compiled")
    client.force_login(coordinator)
    own_page = client.get(reverse("workspace:offer", args=[compiled.pk])).content.decode()
    assert "Post in its place" in own_page
    assert "Confirm: it holds" not in own_page
    address = reverse("workspace:offer-step", args=[compiled.pk, "confirm"])
    client.post(address, as_of(compiled))
    compiled.refresh_from_db()
    assert compiled.confirmed_on is None
    began = client.post(reverse("workspace:offer-step", args=[compiled.pk, "in_place"]), as_of(compiled))
    draft = Offer.objects.latest("pk")
    assert began.headers["Location"] == reverse("workspace:offer-edit", args=[draft.pk])
    preview = client.get(reverse("workspace:offer-preview", args=[draft.pk])).content.decode()
    assert 'name="another"' not in preview, "the compiled one is no twin: it goes"
    client.post(reverse("workspace:offer-step", args=[draft.pk, "publish"]), as_of(draft))
    compiled.refresh_from_db()
    draft.refresh_from_db()
    assert (draft.status, compiled.status) == (PostingStatus.PUBLISHED, PostingStatus.WITHDRAWN)
    assert thailand.rows.get(offer=compiled).outcome == RowOutcome.REPLACED
    shown = Page(client.get(reverse("workspace:confirming"))).text
    assert "Posted by the country in its place" in shown


def test_the_form_of_a_compiled_posting_leads_back(client: Client, edition, coordinator):
    compiled = own("Thailand: compiled")
    client.force_login(coordinator)
    answer = client.get(reverse("workspace:offer-edit", args=[compiled.pk]))
    assert answer.headers["Location"] == reverse("workspace:offer", args=[compiled.pk])


def test_somebody_else_s_compiled_posting_is_not_there(client: Client, edition, other_focal_point):
    compiled = own("Thailand: compiled")
    client.force_login(other_focal_point)
    address = reverse("workspace:offer-step", args=[compiled.pk, "in_place"])
    assert client.post(address, as_of(compiled)).status_code == 404


def test_reasons_that_follow_by_themselves_are_not_offered(client: Client, edition, coordinator):
    offer = own("Thailand: compiled")
    client.force_login(coordinator)
    shown = client.get(reverse("workspace:offer", args=[offer.pk])).content.decode()
    assert 'value="no_longer_holds"' in shown
    for reason in ("replaced", "not_confirmed"):
        assert f'value="{reason}"' not in shown
        address = reverse("workspace:offer-step", args=[offer.pk, "withdraw"])
        assert client.post(address, as_of(offer) | {"reason": reason}).status_code == 422


# --- for everyone


def test_what_was_retired_remains_stated_in_its_edition(client: Client, edition: Survey, campaign):
    offer = own("Thailand: solar courses")
    address = reverse("surveys:offer", args=[offer.pk])
    assert client.get(address).status_code == 200
    retire_all(campaign)
    gone = client.get(address)
    assert gone.status_code == 410
    assert "Remains stated in 2018" in gone.content.decode()
    assert offer.title not in gone.content.decode()
    assert offer.title not in client.get(reverse("surveys:offers")).content.decode()
    need = Need.objects.get()
    assert client.get(reverse("surveys:need", args=[need.pk])).status_code == 410
    rows = Page(client.get(reverse("surveys:survey_table1", args=[edition.code]))).text
    assert rows.count("remains stated in 2018") == 2  # the answered row and the compiled one, not Fiji's
    assert client.get(reverse("surveys:survey_table1", args=[edition.code])).content.decode().count("FJI") >= 1
    country = client.get(reverse("directory:country", args=["THA"])).content.decode()
    assert "remains stated in 2018" in country


@pytest.mark.parametrize(
    "hide",
    [
        lambda offer: Offer.objects.filter(pk=offer.pk).update(visibility="matched"),
        lambda offer: Offer.objects.filter(pk=offer.pk).update(withdrawal_reason="other"),
        lambda offer: CountryWindow.objects.create(country_id="THA", paused_at=dt.datetime.now(dt.UTC)),
        lambda offer: Survey.objects.update(is_public=False),
    ],
)
def test_what_was_not_everyone_s_is_not_told_to_have_been(client: Client, campaign, hide: Callable[[Offer], Any]):
    offer = own("Thailand: solar courses")
    retire_all(campaign)
    hide(offer)
    assert client.get(reverse("surveys:offer", args=[offer.pk])).status_code == 404


def test_a_country_that_takes_one_up_again_is_open_again(client: Client, campaign, coordinator):
    CountryWindow.objects.create(country_id="THA", kind="single")
    retire_all(campaign)
    offer = own("Thailand: solar courses")
    with at(CLOSES):
        states.publish(posting=offer, by=coordinator)
    assert client.get(reverse("surveys:offer", args=[offer.pk])).status_code == 200
    compiled = own("Thailand: compiled")
    assert post_in_place(posting=compiled, by=coordinator).status == PostingStatus.DRAFT
