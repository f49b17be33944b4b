"""The form and the pages of own practices: drafts keep what fits, nothing typed is lost, two editors, whose."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import Agency, User
from practices.choices import PracticeStatus
from practices.models import Practice
from practices.shown.editing import ShownPractice
from tests.factories import (
    PASSWORD,
    AgencyFactory,
    AreaFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    PracticeFactory,
    PublishedPracticeFactory,
    SubmittedPracticeFactory,
)
from tests.marked import of_any_database
from tests.pages import Page
from web.since_shown import AS_OF

pytestmark = pytest.mark.django_db

NEW = "/workspace/practices/new/"


@pytest.fixture
def agency(focal_point: User) -> Agency:
    return focal_point.affiliations.get().agency


@pytest.fixture
def member(client: Client, focal_point: User) -> Client:
    client.force_login(focal_point)
    return client


def typed(agency: Agency, **more: object) -> dict[str, object]:
    given = {
        "agency": agency.pk, "kind": "good_practice", "title": "Flood watch", "text": "Each village names three.",
        "areas": [AreaFactory(code="energy").pk], "form_key": str(uuid.uuid4()), "do": "save",
    }  # fmt: skip
    return given | more


def as_read(practice: Practice, **more: object) -> dict[str, object]:
    return {AS_OF: ShownPractice(Practice.objects.get(pk=practice.pk)).mark(), **more}


def test_written_saved_and_sent_in(member: Client, agency: Agency) -> None:
    offer = ConfirmedOfferFactory(country=None, agency=agency)
    laos = CountryFactory(iso3="LAO")
    partner = AgencyFactory()
    given = typed(
        agency, country=["LAO"], offers=[offer.pk], partners=[partner.code], results="All reached.",
        links="https://example.org/\n", conditions="A list.",
    )  # fmt: skip
    answer = member.post(NEW, given)
    practice = Practice.objects.get()
    assert answer["Location"] == reverse("workspace:practice-edit", args=[practice.pk])
    assert practice.status == PracticeStatus.DRAFT
    assert list(practice.countries.all()) == [laos]
    assert list(practice.offers.all()) == [offer]
    assert list(practice.partners.all()) == [partner]
    assert practice.language == "en"
    page = Page(member.get(f"/workspace/practices/{practice.pk}/"))
    assert "All reached." in page.text
    answer = member.post(f"/workspace/practices/{practice.pk}/submit/", as_read(practice), follow=True)
    assert "Sent to the secretariat" in answer.content.decode()
    practice.refresh_from_db()
    assert practice.status == PracticeStatus.SUBMITTED


def test_one_form_sent_twice_makes_one(member: Client, agency: Agency) -> None:
    given = typed(agency)
    member.post(NEW, given)
    member.post(NEW, given | {"title": "Sent again"})
    assert Practice.objects.get().title == "Sent again"


@pytest.mark.any_database
def test_a_draft_keeps_what_fits_and_says_what_does_not(member: Client, agency: Agency) -> None:
    answer = member.post(NEW, typed(agency, title="x" * 201, links="http://example.org", text="Kept"))
    practice = Practice.objects.get()
    assert (practice.text, practice.title, practice.links) == ("Kept", "Untitled", "")
    page = answer.content.decode()
    assert "x" * 201 in page
    assert "http://example.org" in page
    assert "does not" not in practice.text
    assert "Saved what fits; 2 fields" in page


@pytest.mark.any_database
def test_what_is_lacking_is_said_when_it_is_sent_in(member: Client, agency: Agency) -> None:
    answer = member.post(NEW, typed(agency, text="", areas=[], do="send"))
    assert answer.status_code == 200, "a draft is kept"
    assert Practice.objects.get().status == PracticeStatus.DRAFT
    page = Page(answer)
    assert "Say what was done, and how." in page.text
    assert "Choose at least one priority area." in page.text
    assert "#id_areas" in page.links
    key = answer.context["form_key"]
    again = typed(agency, do="send", form_key=key, **as_read(Practice.objects.get()))
    assert member.post(NEW, again).status_code == 302
    assert Practice.objects.get().status == PracticeStatus.SUBMITTED


@pytest.mark.any_database
def test_countries_are_added_and_taken_off_by_buttons(member: Client, agency: Agency, reference: None) -> None:
    answer = member.post(NEW, typed(agency, do="add", country_text="Laos", title="Typed title"))
    assert [country.pk for country in answer.context["form"].chosen_countries] == ["LAO"]
    assert "Typed title" in answer.content.decode()
    answer = member.post(NEW, typed(agency, do="add", country_text="xqzw", country=["LAO"]))
    assert "is not known here" in answer.content.decode()
    answer = member.post(NEW, typed(agency, do="add", country_text="Korea", country=["LAO"]))
    assert "Which one?" in answer.content.decode()
    answer = member.post(NEW, typed(agency, do="add", country_text="LDC", country=["LAO"]))
    assert [country.pk for country in answer.context["form"].chosen_countries] == ["LAO"], "a group is no country"
    answer = member.post(NEW, typed(agency, do="drop:LAO", country=["LAO", "KHM", "nothing", "a\0b"]))
    assert [country.pk for country in answer.context["form"].chosen_countries] == ["KHM"]
    assert not Practice.objects.exists()


@pytest.mark.parametrize("field", ["title", "text", "results", "conditions", "english_text", "links", "country_text"])
@pytest.mark.parametrize(
    "text",
    [
        "a\0b", "x" * 100_000,
        *of_any_database("\u202etxt.exe\u2066", "<script>alert(1)</script>", "=cmd|' /C calc'!A0"),
    ],
    ids=["nul", "long", "rtl", "markup", "formula"],
)  # fmt: skip
def test_hostile_text_is_refused_or_inert_and_the_rest_is_kept(
    member: Client, agency: Agency, field: str, text: str
) -> None:
    given = typed(agency, **{field: text})
    if field != "title":
        given["title"] = "Kept title"
    answer = member.post(NEW, given, follow=True)
    page = answer.content.decode()
    assert answer.status_code in (200, 422)
    assert "<script>alert" not in page
    assert field == "title" or "Kept title" in page
    practice = Practice.objects.get()
    shown = member.get(f"/workspace/practices/{practice.pk}/").content.decode()
    assert "<script>alert" not in shown
    assert "\0" not in str(getattr(practice, field, ""))


def test_the_second_of_two_editors_is_told_and_loses_nothing(member: Client, agency: Agency) -> None:
    practice = PracticeFactory(agency=agency)
    address = f"/workspace/practices/{practice.pk}/edit/"
    mark = Page(member.get(address)).mark
    assert member.post(address, typed(agency, title="First", **{AS_OF: mark})).status_code == 302
    answer = member.post(address, typed(agency, title="Second, typed at length", **{AS_OF: mark}))
    assert answer.status_code == 422
    assert "Second, typed at length" in answer.content.decode()
    practice.refresh_from_db()
    assert practice.title == "First"
    mark = Page(answer).mark
    assert member.post(address, typed(agency, title="Second", **{AS_OF: mark})).status_code == 302
    assert member.post(f"/workspace/practices/{practice.pk}/submit/", {AS_OF: mark}).status_code == 409


def test_what_waits_or_is_published_is_changed_as_a_whole(member: Client, agency: Agency) -> None:
    for make in (SubmittedPracticeFactory, PublishedPracticeFactory):
        practice = make(agency=agency)
        address = f"/workspace/practices/{practice.pk}/edit/"
        assert "goes to the secretariat again" in member.get(address).content.decode()
        answer = member.post(address, typed(agency, text="", title="Changed", **as_read(practice)))
        assert answer.status_code == 422
        practice.refresh_from_db()
        assert practice.title != "Changed"
        answer = member.post(address, typed(agency, title="Changed", **as_read(practice)))
        assert answer["Location"] == f"/workspace/practices/{practice.pk}/"
        practice.refresh_from_db()
        assert (practice.title, practice.status) == ("Changed", PracticeStatus.SUBMITTED)


@pytest.mark.any_database
def test_a_practice_of_others_is_not_there(member: Client, other_focal_point: User) -> None:
    other = PublishedPracticeFactory(agency=other_focal_point.affiliations.get().agency)
    for page in ("", "edit/"):
        assert member.get(f"/workspace/practices/{other.pk}/{page}").status_code == 404
    assert member.post(f"/workspace/practices/{other.pk}/withdraw/", as_read(other)).status_code == 404
    assert "Practice" not in Page(member.get("/workspace/practices/")).titles("h2")


@pytest.mark.any_database
def test_an_agency_of_others_is_no_choice(member: Client, agency: Agency, other_focal_point: User) -> None:
    others = other_focal_point.affiliations.get().agency
    answer = member.post(NEW, typed(others))
    assert answer.status_code == 422
    assert "Flood watch" in answer.content.decode()
    assert not Practice.objects.exists()
    draft = typed(agency, offers=[ConfirmedOfferFactory(country=None, agency=others).pk])
    member.post(NEW, draft)
    assert not Practice.objects.get().offers.exists()


def test_an_offer_that_is_not_public_at_the_moment_stays_tied(member: Client, agency: Agency) -> None:
    offer = ConfirmedOfferFactory(country=None, agency=agency, visibility="matched")
    practice = PracticeFactory(agency=agency, offers=[offer])
    member.post(f"/workspace/practices/{practice.pk}/edit/", typed(agency, **as_read(practice)))
    assert list(practice.offers.all()) == [offer]


@pytest.mark.any_database
def test_what_was_typed_when_the_session_ended_comes_back_after_the_log_in(
    client: Client, focal_point: User, agency: Agency
) -> None:
    client.force_login(focal_point)
    by = client.get(NEW).context["typed_by"]
    client.logout()
    answer = client.post(NEW, typed(agency, title="Typed for an hour", typed_by=by))
    assert answer.status_code == 403
    carried = answer.context["typed"]
    client.post("/accounts/login/", {"login": focal_point.email, "password": PASSWORD, "typed": carried, "next": NEW})
    assert "Typed for an hour" in client.get(NEW).content.decode()


@pytest.mark.any_database
def test_what_waits_is_on_the_first_page(member: Client, agency: Agency) -> None:
    PracticeFactory(agency=agency, status="changes_asked", review_note="Which year?")
    PracticeFactory(agency=agency)
    page = Page(member.get("/workspace/"))
    assert "Practice to change" in page.text
    assert "Draft of a practice" in page.text
    assert "Which year?" in Page(member.get("/workspace/practices/?state=changes_asked")).text
    assert member.get("/workspace/practices/?state=nothing").status_code == 404


@pytest.mark.any_database
def test_own_lists_make_as_many_queries_with_20(member: Client, agency: Agency, django_assert_max_num_queries) -> None:
    for number in (1, 19):
        for _one in range(number):
            PracticeFactory(agency=agency)
        # session, person, affiliations, agencies; practices, their number
        with django_assert_max_num_queries(7):
            member.get("/workspace/practices/")
