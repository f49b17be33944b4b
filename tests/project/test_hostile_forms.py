"""Every form of those who post, answer and review meets hostile input: a 4xx or the form again, never a 5xx."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from directory.choices import Role
from directory.models import Mail, User
from directory.people import invitations
from matching.choices import SideAnswer
from matching.enquiries import asking
from matching.life import introducing, review
from matching.life.answers import answering
from matching.life.seen.shown import ShownEvents
from matching.models import Match
from practices.asking import questions
from practices.shown.editing import ShownPractice
from surveys.choices import Side, WindowKind
from surveys.models import CountryWindow
from surveys.postings import approval
from tests.factories import (
    AgencyFactory,
    ApiKeyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    OfferFactory,
    PracticeFactory,
    PublishedPracticeFactory,
    SubmittedPracticeFactory,
    TargetFactory,
    speaker_for,
)
from tests.pages import as_of

pytestmark = pytest.mark.django_db

HOSTILE = {
    "nothing": "",
    "nul": "a\0b",
    "formula": "=cmd|' /C calc'!A0",
    "markup": "<script>alert(1)</script>",
    "right to left": "\u202etxt.exe\u2066",
    "long": "x" * 100_000,
    "many digits": "9" * 5_000,
    "of an agency": "agency:" + "9" * 5_000,
    "beyond a column": str(2**63),
    "negative": "-1",
    "no day": "2026-02-30",
    "other digits": "٣",
    "not a number": "nan",
    "endless": "1e999999",
}


class Forms:
    """Where which person sends which fields."""

    def __init__(self, people: dict[str, User]) -> None:
        self.people = people
        agency = people["focal_point"].affiliations.get().agency
        CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
        draft = OfferFactory(country=None, agency=agency, areas=["energy"])
        waiting = OfferFactory(country=None, agency=agency, areas=["energy"], modalities=["training"])
        approval.submit(posting=waiting, by=people["focal_point"])
        need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
        speaker_for(need)
        offers = [ConfirmedOfferFactory(country=None, agency=agency) for _one in range(2)]
        for offer in offers:
            TargetFactory(offer=offer, country=need.country)
        self.proposed, self.introduced = (MatchFactory(need=need, offer=offer) for offer in offers)
        for match in (self.proposed, self.introduced):
            review.propose(match=match, by=people["reviewer"])
        for side, by in ((Side.OFFER, people["focal_point"]), (Side.NEED, speaker_for(need))):
            answering.answer(match=self.introduced, side=side, by=by, answer=SideAnswer.INTERESTED)
        introducing.introduce(match=self.introduced, by=people["reviewer"])
        invitations.invite(by=people["manager"], email="x@example.org", agency=AgencyFactory(), role=Role.FOCAL_POINT)
        token = Mail.objects.get(kind="invitation").about["token"]
        outcome = (
            "agreed_on", "starts_on", "ends_on", "women_trained", "men_trained", "expert_days", "places", "value",
            "value_currency", "what_changed", "links", "need_met", "note", "answer", "reason",
        )  # fmt: skip
        posting = (
            "owner", "title", "text", "language", "english_text", "areas", "modalities", "any_modality", "place",
            "place_text", "opens_on", "closes_on",
            "places", "delivery_languages", "amount", "amount_currency", "amount_years", "amount_note",
            "contact_person", "contact", "visibility", "form_key", "as_of", "do",
        )  # fmt: skip
        practice = (
            "agency", "kind", "title", "text", "results", "conditions", "language", "english_text", "links", "areas",
            "modalities", "partners", "offers", "country", "country_text", "match", "form_key", "as_of", "do",
        )  # fmt: skip
        key = ApiKeyFactory(agency=agency)
        own_practice, published = PracticeFactory(agency=agency), PublishedPracticeFactory(agency=agency)
        sent_in = SubmittedPracticeFactory(agency=agency)
        question = questions.ask(
            practice=published, by=people["coordinator"], agency=None, text="How many?", key=uuid.uuid4()
        )
        enquiry = asking.ask(
            side=Side.NEED,
            posting=need,
            by=people["coordinator"],
            agency=people["coordinator"].affiliations.get().agency,
            own=None,
            text="Could this work?",
        )
        read = {"as_of": ShownPractice(sent_in).mark()}
        life = [
            "assign-to", "check-kind", "check-result", "check-note", "clearance-side", "clearance-answer",
            "clearance-note", "clearance-reference", "clearance-dated_on",
            "paper_answer-side", "paper_answer-answer", "paper_answer-reference",
            "paper_answer-dated_on", "paper_answer-reason", "introduce-message", "introduce-note",
            "reference-reference", "note_to_sides-audience", "note_to_sides-note", "follow_up-need_met",
            "follow_up-note",
        ]  # fmt: skip
        life += [f"{step}-{name}" for step in ("outcome", "complete") for name in outcome]
        person = (
            "honorific", "full_name", "job_title", "phone", "language", "time_zone", "digest", "wants_weekly",
            "wants_reminders", "is_listed",
        )  # fmt: skip
        self.all: list[tuple[str, str, tuple[str, ...], dict[str, str]]] = [
            ("coordinator", "/workspace/people/", ("email", "full_name", "agency", "role", "language"), {}),
            ("coordinator", f"/workspace/offers/{waiting.pk}/send_back/", ("note",), as_of(waiting)),
            ("focal_point", "/workspace/profile/", person, {}),
            ("focal_point", "/workspace/keys/", ("name", "agency", "scopes", "expires_on", "form_key"), {}),
            (
                "focal_point",
                "/workspace/keys/",
                ("name", "expires_on", "form_key"),
                {"agency": str(agency.pk), "scopes": "read:public"},
            ),
            ("focal_point", f"/workspace/keys/{key.pk}/replace/", ("overlap_days",), {}),
            ("visitor", f"/workspace/invitation/{token}/", (*person, "password", "notice"), {}),
            ("focal_point", "/workspace/switch/", ("affiliation",), {}),
            ("focal_point", "/workspace/offers/new/", posting, {}),
            ("focal_point", "/workspace/practices/new/", practice, {}),
            ("focal_point", "/workspace/practices/new/", practice, {"agency": str(agency.pk), "do": "save"}),
            ("focal_point", "/workspace/practices/new/", practice, {"agency": str(agency.pk), "do": "add"}),
            ("focal_point", f"/workspace/practices/{own_practice.pk}/edit/", practice, {}),
            ("focal_point", f"/workspace/practices/{own_practice.pk}/submit/", ("as_of",), {}),
            ("focal_point", f"/workspace/practices/{published.pk}/ask/", ("text", "form_key"), {}),
            (
                "focal_point",
                f"/workspace/practices/{published.pk}/ask/",
                ("text",),
                {"form_key": str(uuid.uuid4())},
            ),
            ("focal_point", f"/workspace/needs/{need.pk}/ask/", ("own", "text"), {}),
            ("reviewer", f"/admin/matching/enquiry/{enquiry.pk}/change/", ("answer",), {}),
            ("reviewer", f"/admin/practices/practice/{sent_in.pk}/change/", ("step", "note", "as_of"), {}),
            (
                "reviewer",
                f"/admin/practices/practice/{sent_in.pk}/change/",
                ("note",),
                {"step": "ask_for_changes", **read},
            ),
            ("reviewer", f"/admin/practices/practicequestion/{question.pk}/change/", ("answer",), {}),
            ("focal_point", f"/workspace/offers/{draft.pk}/edit/", posting, {}),
            ("focal_point", f"/workspace/offers/{draft.pk}/withdraw/", ("reason", "note"), as_of(draft)),
            ("focal_point", f"/workspace/offers/{draft.pk}/renew/", ("closes_on",), as_of(draft)),
            *(
                ("focal_point", self.page(match), ("as_of", "side", *outcome), {"step": step})
                for match, step in (
                    (self.proposed, "answer"),
                    (self.proposed, "clear"),
                    (self.proposed, "object"),
                    (self.introduced, "agree"),
                    (self.introduced, "complete"),
                    (self.introduced, "follow_up"),
                )
            ),
            *(
                ("reviewer", f"/admin/matching/match/{match.pk}/change/", tuple(life), self.life(match, step))
                for match, step in (
                    (self.proposed, "check"),
                    (self.introduced, "assign"),
                    (self.introduced, "reference"),
                    (self.introduced, "outcome"),
                    (self.introduced, "note_to_sides"),
                )
            ),
            ("reviewer", f"/admin/matching/match/{self.proposed.pk}/change/", ("step", "note", "as_of"), {}),
            (
                "manager",
                f"/admin/matching/match/{self.proposed.pk}/change/",
                tuple(life),
                self.life(self.proposed, "paper_answer"),
            ),
            (
                "reviewer",
                "/admin/matching/allocation/make/",
                ("weight_ldc", "weight_lldc", "weight_sids", "most_per_need", "most_in_all"),
                {},
            ),
            ("reviewer", "/admin/matching/match/views/", ("name", "query", "delete"), {}),
            (
                "manager",
                f"/admin/matching/match/{self.proposed.pk}/change/",
                tuple(life),
                self.life(self.proposed, "clearance"),
            ),
            ("manager", f"/admin/surveys/offer/{waiting.pk}/paper/", ("reference", "dated_on", "as_of"), {}),
            ("manager", f"/admin/surveys/offer/{waiting.pk}/paper/", ("reference", "dated_on"), as_of(waiting)),
            ("reviewer", "/admin/matching/match/bulk/", ("step", "ids", "note"), {}),
            ("reviewer", "/admin/matching/match/", ("step", "chosen", "everything"), {}),
            ("reviewer", "/admin/matching/match/", ("chosen",), {"step": "propose"}),
            ("visitor", "/accounts/login/", ("login", "password", "next"), {}),
            ("visitor", "/accounts/password/reset/", ("email",), {}),
        ]  # fmt: skip

    @staticmethod
    def life(match: Match, step: str) -> dict[str, str]:
        """The step, from a page that shows all that has happened: it gets as far as its fields."""
        return {"life": step, "as_of": ShownEvents(match).mark()}

    @staticmethod
    def page(match: Match) -> str:
        return f"/workspace/matches/{match.need_id}-{match.offer_id}/"

    def client(self, who: str) -> Client:
        client = Client(raise_request_exception=False)
        if who != "visitor":
            client.force_login(self.people[who])
        return client


@pytest.fixture
def people_s_forms(focal_point: User, coordinator: User, reviewer: User, manager: User) -> Forms:
    return Forms({"focal_point": focal_point, "coordinator": coordinator, "reviewer": reviewer, "manager": manager})


DATABASES_DIFFER_ON = ("nul", "long", "beyond a column", "many digits")


@pytest.mark.parametrize(
    "name",
    [name if name in DATABASES_DIFFER_ON else pytest.param(name, marks=pytest.mark.any_database) for name in HOSTILE],
)
def test_no_form_breaks(people_s_forms: Forms, name: str) -> None:
    broken: list[str] = []
    clients: dict[str, Client] = {}
    for who, address, fields, fixed in people_s_forms.all:
        client = clients.setdefault(who, people_s_forms.client(who))
        answer = client.post(address, {**dict.fromkeys(fields, HOSTILE[name]), **fixed})
        if answer.status_code >= 500:
            broken.append(f"{address} {fixed}: {answer.status_code}")
    assert broken == []


@pytest.mark.any_database
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"=cmd", b"\0" * 10_000, b"<html>"])
def test_no_upload_breaks(people_s_forms: Forms, content: bytes) -> None:
    client = people_s_forms.client("focal_point")
    for file_name in ("form.xlsx", "../../form.xlsx", "form.exe", "n" * 300 + ".xlsx"):
        answer = client.post("/workspace/offers/upload/", {"file": SimpleUploadedFile(file_name, content)})
        assert 400 <= answer.status_code < 500, (file_name, answer.status_code)
