"""No field of a form of the workspace makes the portal say a name of another agency, or break: whatever is posted."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directory.choices import Role
from directory.models import User
from matching.life import review
from surveys.choices import WindowKind
from surveys.models import CountryWindow, Offer, Question, Questionnaire, Section
from surveys.postings import approval
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    SurveyFactory,
    TargetFactory,
    UserFactory,
    speaker_for,
)
from tests.pages import Page, as_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

KHM_PEOPLE = ("Vanna Chea", "", "Sokha Meas")


@dataclass
class Strangers:
    """Another country's agency: its people, one of them without a name, its postings, and all ids by which to ask."""

    people: Sequence[User]
    values: dict[str, str]
    """Their ids, by the field that would take each."""

    @property
    def words(self) -> list[str]:
        """What must stand on no page that is not theirs."""
        return [word for one in self.people for word in (one.full_name, one.email) if word]

    def posts(self) -> list[dict[str, str]]:
        """Each id in the field that takes it, together and but for the key of the form, and one id in all fields."""
        proper = {field.split(" ")[0]: value for field, value in reversed(self.values.items())}
        nameless = {**proper, "form_key": "", "contact_person": self.values["contact_person without a name"]}
        return [proper, nameless, dict.fromkeys(FIELDS, self.values["agency"])]


@pytest.fixture
def strangers() -> Strangers:
    agency = AgencyFactory(country=CountryFactory(iso3="KHM"))
    people = [
        UserFactory(full_name=name, role=role, role__agency=agency)
        for name, role in zip(KHM_PEOPLE, (Role.FOCAL_POINT, Role.FOCAL_POINT, Role.COORDINATOR), strict=True)
    ]
    offer = OfferFactory(agency=agency, country=agency.country, contact_person=people[0], form_key=uuid.uuid4())
    need = NeedFactory(agency=agency, country=agency.country, contact_person=people[0], form_key=uuid.uuid4())
    values = {
        "owner of an agency": f"agency:{agency.pk}",
        "owner of a country": "country:KHM",
        "agency": str(agency.pk),
        "country": "KHM",
        "contact_person": str(people[0].pk),
        "contact_person without a name": str(people[1].pk),
        "affiliation": str(people[0].affiliations.get().pk),
        "form_key of an offer": str(offer.form_key),
        "form_key of a need": str(need.form_key),
        "posting": str(offer.pk),
    }
    return Strangers(people, values)


@dataclass
class OwnPages:
    """The forms of a focal point of Thailand, by address, with what each needs to be looked at at all."""

    forms: list[tuple[str, dict[str, Any]]]


@pytest.fixture
def own_pages(focal_point: User, coordinator: User) -> OwnPages:
    agency = focal_point.affiliations.get().agency
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
    of = {"agency": agency, "country": agency.country, "areas": ["energy"], "modalities": ["training"]}
    offer, need, waiting = OfferFactory(**of), NeedFactory(**of), OfferFactory(**of)
    approval.submit(posting=waiting, by=focal_point)
    far = ConfirmedNeedFactory(country=CountryFactory(iso3="LAO"))
    speaker_for(far)
    own = ConfirmedOfferFactory(agency=agency, country=agency.country)
    TargetFactory(offer=own, country=far.country)
    match = MatchFactory(need=far, offer=own)
    review.propose(match=match, by=UserFactory(role=Role.MANAGER))
    survey = SurveyFactory(code="asked", is_public=True)
    section = Section.objects.create(
        questionnaire=Questionnaire.objects.create(survey=survey), code="about", label="About"
    )
    Question.objects.create(section=section, code="country", label="Country?", kind="text", position=1)
    pages = [
        (reverse(f"workspace:{name}", args=args), {"do": do})
        for name, args, dos in (
            ("offer-new", [], ("reach", "add", "drop:country:KHM", "save", "go_on")),
            ("offer-edit", [offer.pk], ("reach", "save")),
            ("need-new", [], ("reach", "save")),
            ("need-edit", [need.pk], ("go_on",)),
        )
        for do in dos
    ]
    pages += [
        (reverse("workspace:offer-step", args=[row.pk, step]), as_of(row))
        for row, step in (
            (offer, "publish"), (offer, "withdraw"), (offer, "renew"), (waiting, "approve"), (waiting, "send_back"),
        )
    ]  # fmt: skip
    pages += [
        (reverse("workspace:match", args=[match.need_id, match.offer_id]), {"step": step, "side": "offer"})
        for step in ("answer", "clear", "object", "agree", "follow_up", "consent")
    ]
    pages += [(reverse(f"workspace:{name}"), {}) for name in ("switch", "people", "profile", "offer-upload")]
    return OwnPages(pages)


FIELDS = (
    "owner", "agency", "country", "affiliation", "contact_person", "person", "user", "to", "posting", "offer", "need",
    "match", "form_key", "place", "place_text", "areas", "modalities", "delivery_languages", "language", "role",
    "visibility", "as_of", "another", "version", "survey", "response",
)  # fmt: skip
"""Every field by which a form of the workspace names a row, or might."""
TYPED = {"title": "Solar pumps", "language": "en", "visibility": "public"}


@pytest.mark.parametrize("role", ["focal_point", "coordinator"])
def test_no_id_of_another_agency_makes_a_form_say_its_people_or_break(
    role: str, strangers: Strangers, own_pages: OwnPages, request: pytest.FixtureRequest
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(request.getfixturevalue(role))
    wrong = []
    for address, fixed in own_pages.forms:
        for posted in strangers.posts():
            answer = client.post(address, {**TYPED, **posted, **fixed})
            text = answer.content.decode()
            said = [word for word in strangers.words if word in text]
            if answer.status_code >= 500 or said:
                wrong.append(f"{address} {fixed} {posted}: {answer.status_code} {said}")
    assert wrong == []


@pytest.mark.parametrize("do", ["reach", "save"])
@pytest.mark.parametrize("of", ["agency", "country"])
def test_an_owner_that_is_not_one_s_own_has_no_people(
    do: str, of: str, client: Client, focal_point: User, strangers: Strangers
) -> None:
    agency = strangers.people[0].affiliations.get().agency
    client.force_login(focal_point)
    owner = f"agency:{agency.pk}" if of == "agency" else f"country:{agency.country_id}"
    page = client.post(reverse("workspace:offer-new"), {"owner": owner, "do": do})
    people = page.context["form"].fields["contact_person"].queryset
    assert list(people) == []
    assert page.status_code == (422 if do in ("save", "go_on") else 200)
    assert page.context["form"].has_error("owner")
    assert not Offer.objects.filter(agency=agency).exclude(contact_person=strangers.people[0]).exists()


def test_an_owner_of_one_s_own_offers_its_people_as_before(client: Client, focal_point: User) -> None:
    agency = focal_point.affiliations.get().agency
    colleague = UserFactory(full_name="Malee Suk", role=Role.FOCAL_POINT, role__agency=agency)
    client.force_login(focal_point)
    page = client.post(reverse("workspace:offer-new"), {"owner": f"agency:{agency.pk}", "do": "reach"})
    assert colleague.full_name in Page(page).text


@pytest.mark.parametrize("kind", ["offer", "need"])
def test_the_key_of_another_agency_s_form_makes_a_posting_of_one_s_own(
    kind: str, client: Client, focal_point: User, strangers: Strangers
) -> None:
    theirs = (OfferFactory if kind == "offer" else NeedFactory)(
        agency=strangers.people[0].affiliations.get().agency, country=CountryFactory(iso3="KHM"), form_key=uuid.uuid4()
    )
    agency = focal_point.affiliations.get().agency
    client.force_login(focal_point)
    typed = {**TYPED, "owner": f"agency:{agency.pk}", "form_key": str(theirs.form_key), "do": "save"}
    answer = client.post(reverse(f"workspace:{kind}-new"), typed)
    assert answer.status_code == 302
    made = type(theirs)._default_manager.get(title="Solar pumps")
    assert (made.agency, made.pk == theirs.pk, made.form_key == theirs.form_key) == (agency, False, False)
    before = theirs.title
    theirs.refresh_from_db()
    assert theirs.title == before


def test_a_person_without_a_name_is_never_told_by_e_mail(client: Client, focal_point: User) -> None:
    agency = focal_point.affiliations.get().agency
    nameless = UserFactory(email="nameless@example.org", full_name="", role=Role.FOCAL_POINT, role__agency=agency)
    offer = OfferFactory(agency=agency, country=agency.country, contact_person=nameless)
    client.force_login(focal_point)
    for address in (
        reverse("workspace:offer-new"),
        reverse("workspace:offer", args=[offer.pk]),
        reverse("workspace:offer-edit", args=[offer.pk]),
        reverse("workspace:offer-history", args=[offer.pk]),
    ):
        assert nameless.email not in client.get(address).content.decode(), address
    assert f"Person {nameless.pk}" in Page(client.get(reverse("workspace:offer-edit", args=[offer.pk]))).text
    assert nameless.email not in str(nameless.affiliations.get())
