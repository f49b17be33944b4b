"""Numbers typed on pages: read as the language of the page writes them, and shown back as they were read."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from directory.choices import AgencyKind, Role
from directory.models import Country, User
from matching.models import Outcome
from surveys.answering import filling_in
from surveys.models import Offer, Question, Response, Section, Survey
from surveys.postings.forms.form import PostingForm
from surveys.questionnaires.versions import copy_from
from surveys.reading.typed import as_read, mark_of_reader
from tests.factories import AgencyFactory, UserFactory
from tests.pages import Page
from tests.surveys.conftest import survey  # noqa: F401
from workspace.matches.forms import AgreementForm

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def draft(user: User, **given: object) -> dict[str, object]:
    agency = user.current_affiliations[0].agency
    return {
        "owner": f"agency:{agency.pk}", "title": "Flood warning", "text": "", "language": "en", "visibility": "public",
        "form_key": str(uuid.uuid4()), "do": "save", **given,
    }  # fmt: skip


def test_a_posting_shows_back_what_was_understood(client, focal_point):
    client.force_login(focal_point)
    given = draft(focal_point, amount="10.500", amount_currency="USD", places="1,250")
    page = client.post(reverse("workspace:offer-new"), given, follow=True)
    offer = Offer.objects.get()
    assert (offer.amount, offer.places) == (Decimal("10.50"), 1250)
    shown = page.content.decode()
    assert 'value="10.50"' in shown
    assert 'value="1,250"' in shown
    # What is shown is read again as the same.
    form = PostingForm(
        PostingForm(user=focal_point, kind="offer", posting=offer).as_typed(), user=focal_point, kind="offer"
    )
    form.is_valid()
    assert (form.kept["amount"], form.kept["places"]) == (Decimal("10.50"), 1250)


@pytest.mark.parametrize(
    ("places", "said"),
    [("1.234", "1.234 is not a whole number"), ("12.5", "12.5 is not a whole number"),
     ("2,000,000", "less than or equal"), ("0", "greater than or equal"), ("many", "Not a number")],
)  # fmt: skip
def test_what_is_counted_is_whole(client, focal_point, places: str, said: str):
    client.force_login(focal_point)
    page = client.post(reverse("workspace:offer-new"), draft(focal_point, places=places))
    assert said in Page(page).text
    assert Offer.objects.get().places is None


def test_an_agreement_is_read_and_shown_alike():
    data = {"agreed_on": "2026-11-02", "places": "1,200", "value": "12,500.00", "value_currency": "usd"}
    form = AgreementForm(data)
    assert form.is_valid(), form.errors
    assert (form.values["places"], form.values["value"]) == (1200, Decimal("12500.00"))
    shown = AgreementForm(instance=Outcome(places=1200, value=Decimal("12500.00"), value_currency="USD")).as_p()
    assert 'value="1,200"' in shown
    assert 'value="12,500.00"' in shown
    form = AgreementForm(data | {"places": "1.234", "value": "-5"})
    assert "1.234 is not a whole number" in str(form.errors["places"])
    assert "not negative" in str(form.errors["value"])
    assert "value" in AgreementForm(data | {"value": "9" * 17}).errors


@pytest.mark.parametrize(
    ("language", "mark", "shown"), [("en", ".", "1,234,567.5"), ("de", ",", "1.234.567,5"), ("fr", ",", "1 234 567,5")]
)
def test_the_language_of_the_page_decides(language: str, mark: str, shown: str):
    with translation.override(language):
        assert mark_of_reader() == mark
        assert as_read("1234567.5").replace("\u00a0", " ").replace("\u202f", " ") == shown


@pytest.fixture
def answering(survey: Survey) -> Response:  # noqa: F811
    """A response in progress to an edition that counts experts, asks for a share and for money."""
    edition = Survey.objects.create(
        code="ssc-2026", title="Survey 2026", opens_on=timezone.now().date() - dt.timedelta(days=1)
    )
    version = copy_from(survey, to=edition)
    section = Section.objects.get(questionnaire=version, code="cooperation")
    for code, kind, feeds in (("experts", "number", "places"), ("share", "number", ""), ("days", "whole", "")):
        Question.objects.create(
            section=section, code=code, label=code.capitalize(), kind=kind, feeds=feeds, position=90
        )
    agency = AgencyFactory(code="npl-test", kind=AgencyKind.MINISTRY, country=Country.objects.get(pk="NPL"))
    person = UserFactory(email="one@example.org", role=Role.FOCAL_POINT, role__agency=agency)
    return filling_in.begin(survey=edition, agency=agency, by=person)


def test_answers_show_back_what_was_understood(client, answering: Response):
    client.force_login(User.objects.get(email="one@example.org"))
    address = "/workspace/surveys/ssc-2026/cooperation/"
    given = {
        "q-share": "1.234", "q-experts": "1,200",
        "q-contribution_usd-amount": "10.500", "q-contribution_usd-currency": "USD",
    }  # fmt: skip
    page = client.post(address, {"do": "save", **given}, follow=True)
    stored = {answer.question: answer.value for answer in answering.answers.all()}
    assert (stored["share"], stored["experts"]) == ("1.234", "1200")
    assert stored["contribution_usd"] == {"amount": "10.50", "currency": "USD", "years": ""}
    shown = page.content.decode()
    assert 'value="1,200"' in shown
    assert "10.50 USD" in Page(page).text
    # Typed as shown, it is the same, and there is nothing to show back.
    again = {**given, "q-contribution_usd-amount": "10.50"}
    page = client.post(address, {"do": "save", **again}, follow=True)
    assert "Read as" not in Page(page).text
    assert {answer.question: answer.value for answer in answering.answers.all()} == stored
    for counted in ("q-experts", "q-days"):
        page = client.post(address, {"do": "save", counted: "1.234"})
        assert page.status_code == 422
        assert "1.234 is not a whole number" in Page(page).text


def test_an_answer_that_was_text_before_is_shown_as_it_stands(client, answering: Response):
    answering.answers.create(question="share", value="about a third")
    client.force_login(User.objects.get(email="one@example.org"))
    assert 'value="about a third"' in client.get("/workspace/surveys/ssc-2026/cooperation/").content.decode()
