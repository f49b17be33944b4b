"""Answering on the portal: by several people of an agency, approved by the window, carried over, becoming postings."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.choices import AgencyKind, Role
from directory.models import Agency, Country, User
from surveys.answering import filling_in, sending_in, tracking
from surveys.answering.filling_in import AnsweringRefused
from surveys.choices import Direction, PostingStatus, ResponseStatus, WindowKind
from surveys.importing.applying import import_file
from surveys.models import Answer, CountryWindow, Need, Offer, Response, Survey, SurveyRequest
from surveys.questionnaires.form import form_of
from surveys.questionnaires.versions import copy_from, current_version, editable_version
from tests.factories import AgencyFactory, UserFactory
from tests.marked import of_any_database
from tests.pages import Page, as_of
from tests.surveys.importing.conftest import TABLE, as_csv
from web.since_shown import AS_OF

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_survey(survey: Survey) -> Survey:
    """An edition that asks what 2018 asked, open since yesterday."""
    edition = Survey.objects.create(
        code="ssc-2026",
        title="Survey 2026",
        is_public=True,
        opens_on=timezone.now().date() - dt.timedelta(days=1),
        closes_on=timezone.now().date() + dt.timedelta(days=30),
    )
    copy_from(survey, to=edition)
    return edition


def _country(agency: Agency) -> Country:
    assert agency.country is not None
    return agency.country


@pytest.fixture
def agency(open_survey: Survey) -> Agency:
    return AgencyFactory(
        code="npl-test", name="Test agency of Nepal", kind=AgencyKind.MINISTRY, country=Country.objects.get(pk="NPL")
    )


@pytest.fixture
def person(agency: Agency) -> User:
    return UserFactory(email="one@example.org", role=Role.FOCAL_POINT, role__agency=agency)


@pytest.fixture
def colleague(agency: Agency) -> User:
    return UserFactory(email="two@example.org", role=Role.FOCAL_POINT, role__agency=agency)


@pytest.fixture
def head(agency: Agency) -> User:
    CountryWindow.objects.create(country=_country(agency), kind=WindowKind.SINGLE)
    return UserFactory(email="head@example.org", role=Role.COORDINATOR, role__agency=agency)


def section(client: Client, code: str, repeat: int = 0, do: str = "save", **data: Any) -> Any:
    address = f"/workspace/surveys/ssc-2026/{code}/" + (f"{repeat}/" if repeat else "")
    return client.post(address, {"do": do, **{f"q-{name.replace('__', '-')}": value for name, value in data.items()}})


def test_the_whole_way_from_begin_to_drafts(
    client: Client, open_survey: Survey, agency: Agency, person: User, colleague: User, head: User
):
    client.force_login(person)
    assert str(open_survey) in client.get("/workspace/").content.decode()
    assert "Not begun" in client.get("/workspace/surveys/").content.decode()
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    response = Response.objects.get()
    assert (response.status, response.key, response.begun_by) == (ResponseStatus.IN_PROGRESS, "NPL", person)
    answer = section(client, "cooperation", do="go_on", role=["offering", "seeking"], modalities=["training"],
                     areas=["trade", "other"], areas__other="Tourism", countries="Fiji, LDCs",
                     contribution_usd__amount="1 200 000,50", contribution_usd__currency="eur",
                     available_from="2027-01-15")  # fmt: skip
    assert answer["Location"] == "/workspace/surveys/ssc-2026/frameworks/"
    # A colleague goes on, on another device.
    client.force_login(colleague)
    shown = client.get("/workspace/surveys/ssc-2026/cooperation/").content.decode()
    assert 'value="Tourism"' in shown
    assert "Fiji, Least developed countries" in shown
    section(client, "need", need_area=["energy"], need_modality=["experts-knowledge"], need_note="Mini-grids")
    section(client, "need", 1, need_area=["ict"], need_note="Statistics online")
    client.post("/workspace/surveys/ssc-2026/", {"do": "submit"})
    response.refresh_from_db()
    assert response.status == ResponseStatus.SUBMITTED
    assert not Offer.objects.filter(survey=open_survey).exists()
    # The country's window approves.
    client.force_login(head)
    assert "Mini-grids" in client.get(f"/workspace/responses/{response.pk}/").content.decode()
    shown = Page(client.get(f"/workspace/responses/{response.pk}/")).mark
    client.post(f"/workspace/responses/{response.pk}/", {"do": "approve", AS_OF: shown})
    response.refresh_from_db()
    assert (response.status, response.approved_by) == (ResponseStatus.RECEIVED, head)
    offer = Offer.objects.get(survey=open_survey)
    assert (offer.status, offer.confirmed_on, offer.agency) == (PostingStatus.DRAFT, None, agency)
    assert set(offer.areas.values_list("pk", flat=True)) == {"trade"}
    assert {target.country_id or target.group_id for target in offer.targets.all()} == {"FJI", "LDC"}
    assert (str(offer.amount), offer.amount_currency) == ("1200000.50", "EUR")
    assert offer.opens_on == dt.date(2027, 1, 15)
    needs = Need.objects.filter(survey=open_survey).order_by("response_part")
    assert [[area.pk for area in need.areas.all()] for need in needs] == [["energy"], ["ict"]]
    assert needs[0].text.startswith("Mini-grids")


def test_a_correction_follows_and_an_edited_posting_is_kept(
    client: Client, open_survey: Survey, person: User, head: User
):
    client.force_login(head)
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    section(client, "cooperation", role=["offering"], modalities=["training"], areas=["trade"])
    client.post("/workspace/surveys/ssc-2026/", {"do": "submit"})
    # A coordinator's own word is enough.
    assert Response.objects.get().status == ResponseStatus.RECEIVED
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    section(client, "cooperation", role=["offering"], modalities=["training", "study-visits"], areas=["trade"])
    client.post("/workspace/surveys/ssc-2026/", {"do": "submit"})
    offer = Offer.objects.get(survey=open_survey)
    assert offer.modalities.count() == 2
    offer.edited_on = timezone.now()
    offer.title = "Ours"
    offer.save()
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    section(client, "cooperation", role=["offering"], modalities=["financial"], areas=["trade"])
    client.post("/workspace/surveys/ssc-2026/", {"do": "submit"})
    offer.refresh_from_db()
    assert (offer.title, offer.modalities.count()) == ("Ours", 2)
    assert offer.pending_changes.filter(decided_at=None).count() == 1
    # Both versions stand side by side on the posting's page, for its own side to choose.
    shown = client.get(f"/workspace/offers/{offer.pk}/").content.decode()
    assert "Two versions: choose one" in shown
    client.post(f"/workspace/offers/{offer.pk}/choose/", as_of(offer, version="response"))
    offer.refresh_from_db()
    assert set(offer.modalities.values_list("pk", flat=True)) == {"financial"}
    assert "Two versions" not in client.get(f"/workspace/offers/{offer.pk}/").content.decode()


@pytest.mark.any_database
def test_what_does_not_fit_is_said_and_what_fits_is_kept(client: Client, open_survey: Survey, person: User):
    client.force_login(person)
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    answer = section(client, "cooperation", modalities=["training"], countries="Atlantis", available_from="03/04/2027",
                     contribution_usd__amount="500k", contribution_usd__currency="USD")  # fmt: skip
    assert answer.status_code == 422
    shown = answer.content.decode()
    for said in (
        "Not known as a country or group",
        "This could be 2027-04-03 or 2027-03-04",
        "Write the amount in full",
    ):
        assert said in shown
    assert "Atlantis" in shown
    assert Answer.objects.get(question="modalities").value == ["training"]
    assert not Answer.objects.filter(question__in=("countries", "available_from")).exists()
    answer = section(client, "cooperation", modalities=["nonsense"])
    assert "Choose from the list." in answer.content.decode()


@pytest.mark.any_database
def test_a_year_of_another_calendar_is_asked_on_the_page_too(client: Client, open_survey: Survey, person: User):
    client.force_login(person)
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    for day, said in (
        ("2083-10-01", "Nepali calendar"),
        ("2570-01-15", "Then write 2027."),
        ("15-Jan-27", "four digits"),
    ):
        answer = section(client, "cooperation", available_from=day)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not Answer.objects.filter(question="available_from").exists()


@pytest.mark.parametrize(
    "hostile", [*of_any_database("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "‮rtl"), "x" * 100_000, "a\0b"]
)
def test_hostile_text_is_inert(client: Client, open_survey: Survey, person: User, hostile: str):
    client.force_login(person)
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    answer = section(client, "frameworks", policy="adopted", policy_title=hostile, institutions__other=hostile)
    assert answer.status_code in (302, 422)
    for address in ("frameworks/", "", "print/"):
        shown = client.get(f"/workspace/surveys/ssc-2026/{address}")
        assert shown.status_code == 200
        assert "<script>alert(1)" not in shown.content.decode()


def test_two_colleagues_at_once_lose_nothing(client: Client, open_survey: Survey, person: User, colleague: User):
    client.force_login(person)
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    page = Page(client.get("/workspace/surveys/ssc-2026/frameworks/"))
    mark = next(one["value"] for one in page.attributes_of("input") if one.get("name") == "q-policy_title-as_of")
    section(client, "frameworks", policy_title="First", policy_title__as_of=mark)
    client.force_login(colleague)
    answer = section(client, "frameworks", policy_title="Second", policy_title__as_of=mark)
    assert answer.status_code == 422
    assert f"the answers were saved, by {person}" in answer.content.decode()
    assert "Second" in answer.content.decode()
    assert Answer.objects.get(question="policy_title").value == "First"


@pytest.mark.any_database
def test_autosave_answers_in_json(client: Client, open_survey: Survey, person: User):
    client.force_login(person)
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    address = "/workspace/surveys/ssc-2026/frameworks/"
    answer = client.post(address, {"q-policy_title": "Decree 7"}, headers={"X-Autosave": "1"})
    assert answer.json()["saved"] is True
    assert Answer.objects.get(question="policy_title").value == "Decree 7"
    # What was saved a moment ago is no colleague's.
    again = client.post(address, {"q-policy_title": "Decree 8", **answer.json()["marks"]}, headers={"X-Autosave": "1"})
    assert again.json()["saved"] is True
    assert Answer.objects.get(question="policy_title").value == "Decree 8"


@pytest.mark.any_database
def test_what_is_required_has_to_be_there(open_survey: Survey, agency: Agency, person: User):
    version = editable_version(open_survey)
    version.questions[2].is_required = True
    question = next(one for one in version.questions if one.code == "role")
    question.is_required = True
    question.save()
    response = filling_in.begin(survey=open_survey, agency=agency, by=person)
    with pytest.raises(AnsweringRefused, match=r"Nothing is answered yet\."):
        sending_in.submit(response=response, by=person)
    Answer.objects.create(response=response, question="modalities", value=["training"])
    with pytest.raises(AnsweringRefused, match="Not everything is there yet: Role"):
        sending_in.submit(response=response, by=person)


def test_nothing_of_an_undone_file_is_found_where_the_answer_begins_anew(
    open_survey: Survey, agency: Agency, person: User
):
    response = filling_in.begin(survey=open_survey, agency=agency, by=person)
    Answer.objects.create(response=response, question="modalities", value=["training"])
    Response.objects.filter(pk=response.pk).update(
        status=ResponseStatus.UNDONE, as_printed={"modalities": "Training"}, note="of a wrong file"
    )

    begun = filling_in.begin(survey=open_survey, agency=agency, by=person)

    assert begun.pk == response.pk
    assert not begun.answers.filter(question="modalities").exists()
    assert (begun.status, begun.as_printed, begun.note) == (ResponseStatus.IN_PROGRESS, {}, "")


def test_earlier_answers_are_carried_over_and_confirmed_one_by_one(client: Client, survey: Survey, open_survey: Survey):
    import_file(survey=survey, data=TABLE.read_bytes(), file_name=TABLE.name)
    ministry = Agency.objects.get(country="BGD", kind=AgencyKind.MINISTRY)
    user = UserFactory(email="bgd@example.org", role=Role.FOCAL_POINT, role__agency=ministry)
    client.force_login(user)
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    assert "Take the earlier answers over" in client.get("/workspace/surveys/ssc-2026/").content.decode()
    client.post("/workspace/surveys/ssc-2026/", {"do": "carry_over"})
    response = Response.objects.get(survey=open_survey)
    assert set(response.answers.filter(is_carried_over=True).values_list("question", flat=True)) == {
        "modalities", "areas", "countries",
    }  # fmt: skip
    client.post("/workspace/surveys/ssc-2026/", {"do": "submit"})
    response.refresh_from_db()
    assert response.status == ResponseStatus.IN_PROGRESS
    modalities = response.answers.get(question="modalities").value
    section(client, "cooperation", modalities=modalities, modalities__confirm="on", areas=["trade"])
    left = set(response.answers.filter(is_carried_over=True).values_list("question", flat=True))
    assert left == {"countries"}


def test_support_received_stays_that_when_it_is_carried_over_and_typed_again(
    client: Client, survey: Survey, open_survey: Survey
):
    import_file(survey=survey, data=TABLE.read_bytes(), file_name=TABLE.name)
    ministry = AgencyFactory(code="vnm-test", kind=AgencyKind.MINISTRY, country=Country.objects.get(pk="VNM"))
    client.force_login(UserFactory(email="vnm@example.org", role=Role.FOCAL_POINT, role__agency=ministry))
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    client.post("/workspace/surveys/ssc-2026/", {"do": "carry_over"})
    answer = Response.objects.get(survey=open_survey).answers.get(question="countries")
    assert {"MEX", "PER"}.isdisjoint(answer.codes)

    page = client.get("/workspace/surveys/ssc-2026/cooperation/").content.decode()
    (shown,) = map(html.unescape, re.findall(r'name="q-countries"[^>]*>([^<]*)<', page))
    assert "; Support to: Algeria, Bangladesh, Fiji, Lao People's Democratic Republic" in shown
    assert shown.endswith("; Support received from: Mexico, Peru")
    section(client, "cooperation", countries=shown, countries__confirm="on")
    section(client, "cooperation", countries=shown.replace("Mexico, Peru", "Peru, Chile"))
    response = Response.objects.get(survey=open_survey)
    received = response.readings.filter(direction=Direction.EXISTING_PARTNER)
    assert [reading.country_id for reading in received] == ["PER", "CHL"]
    assert {"MEX", "PER", "CHL"}.isdisjoint(response.answers.get(question="countries").codes)
    # The same names otherwise: what was received is now said to have priority.
    section(client, "cooperation", countries="Peru; Support received from: Chile")
    section(client, "cooperation", countries="Chile; Support received from: Peru")
    assert response.answers.get(question="countries").value == ["CHL"]
    assert [reading.country_id for reading in received.all()] == ["PER"]


def test_a_relabelled_removed_added_option_and_another_kind_shift_nothing(survey: Survey, open_survey: Survey):
    rows = [{"country": "Nepal", "policy": "Yes, adopted", "channels": "Bilateral; Triangular"}]
    import_file(survey=open_survey, data=as_csv(rows), file_name="a.csv")
    first = Response.objects.get(survey=open_survey)
    given = form_of(current_version(open_survey))  # type: ignore[arg-type]
    second = editable_version(open_survey)
    assert second.number == 2
    policy = next(one for one in second.questions if one.code == "policy")
    policy.options.filter(code="adopted").update(label="Adopted, and in force")
    policy.options.filter(code="none").delete()
    policy.kind = "multiple"
    policy.save()
    channels = next(one for one in second.questions if one.code == "channels")
    channels.options.filter(code="triangular").delete()
    rows = [{"country": "Fiji", "policy": "Adopted, and in force; In preparation", "channels": "Bilateral"}]
    import_file(survey=open_survey, data=as_csv(rows), file_name="b.csv")
    first.refresh_from_db()
    assert form_of(type(second).objects.whole().get(responses=first)) == given
    assert first.answers.get(question="policy").value == "adopted"
    assert first.answers.get(question="channels").codes == ["bilateral", "triangular"]
    newer = Response.objects.get(survey=open_survey, country="FJI")
    assert newer.answers.get(question="policy").codes == ["adopted", "in_preparation"]
    assert newer.questionnaire_id == second.pk


@pytest.mark.any_database
def test_others_read_and_answer_nothing(client: Client, open_survey: Survey, person: User, agency: Agency):
    client.force_login(person)
    client.post("/workspace/surveys/ssc-2026/", {"do": "begin"})
    response = Response.objects.get()
    other = UserFactory(
        email="other@example.org",
        role=Role.FOCAL_POINT,
        role__agency=AgencyFactory(name="Other agency of Nepal", country=agency.country),
    )
    stranger = UserFactory(
        email="stranger@example.org",
        role=Role.COORDINATOR,
        role__agency=AgencyFactory(kind=AgencyKind.MINISTRY, country=Country.objects.get(pk="FJI")),
    )
    for user in (other, stranger):
        client.force_login(user)
        section_page = client.get("/workspace/surveys/ssc-2026/cooperation/")
        assert section_page.status_code == 404
        assert client.get(f"/workspace/responses/{response.pk}/").status_code in (403, 404)
        with pytest.raises(AnsweringRefused):
            sending_in.submit(response=response, by=user)
    client.force_login(other)
    assert "answers this survey for your country" in client.get("/workspace/surveys/ssc-2026/").content.decode()


@pytest.mark.any_database
def test_a_survey_that_is_not_open_is_not_answered(open_survey: Survey, agency: Agency, person: User):
    for closed in ({"closes_on": dt.date(2020, 1, 1)}, {"opens_on": None}, {"opens_on": dt.date(2099, 1, 1)}):
        edition = Survey.objects.get(pk=open_survey.pk)
        for name, value in closed.items():
            setattr(edition, name, value)
        edition.save()
        with pytest.raises(AnsweringRefused, match="not open"):
            filling_in.begin(survey=edition, agency=agency, by=person)
        open_survey.save()


def test_asked_reminded_tracked(
    client: Client,
    open_survey: Survey,
    agency: Agency,
    person: User,
    manager: User,
    django_capture_on_commit_callbacks: Any,
):
    other = AgencyFactory(name="Agency of Fiji", country=Country.objects.get(pk="FJI"))
    UserFactory(email="fiji@example.org", role=Role.FOCAL_POINT, role__agency=other)
    client.force_login(manager)
    address = reverse("admin:surveys_survey_tracking", args=[open_survey.pk])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"do": "ask", "agency": [agency.pk, other.pk]})
        client.post(address, {"do": "ask", "agency": [agency.pk]})
    assert sorted(one.to[0] for one in mail.outbox) == ["fiji@example.org", "one@example.org"]
    response = filling_in.begin(survey=open_survey, agency=agency, by=person)
    Answer.objects.create(response=response, question="role", value=["offering"])
    states = {one.request.agency.name: one.state for one in tracking.track(open_survey)}
    assert states == {"Test agency of Nepal": "begun", "Agency of Fiji": "not_begun"}
    CountryWindow.objects.create(country=_country(agency), kind=WindowKind.SEVERAL)
    sending_in.submit(response=response, by=person)
    shown = client.get(f"{address}?remind").content.decode()
    assert "fiji@example.org" in shown
    assert "one@example.org" not in shown
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"do": "remind", "agency": [agency.pk, other.pk]})
        client.post(address, {"do": "remind", "agency": [agency.pk, other.pk]})
    assert [one.to for one in mail.outbox] == [["fiji@example.org"]]
    request = SurveyRequest.objects.get(agency=other)
    assert (request.reminders, request.reminded_at is not None) == (1, True)
    assert "50" in client.get(address).content.decode()
