"""Every door by which a posting is written, ready to be gone through: for tests that must hold at each of them.

A door is a function that sets the scene and returns what goes through it. Those of imports and surveys ask for the
survey of 2018, which takes a moment.
"""

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from directory.choices import AgencyKind, KeyScope, Role
from directory.models import Agency, ApiKey, Country, User
from directory.people import leaving
from surveys.answering import filling_in, sending_in
from surveys.answering.reading import readings
from surveys.choices import ImportState, PostingStatus, Visibility, WindowKind
from surveys.importing import undoing
from surveys.importing.applying import import_file
from surveys.models import CountryWindow, Import, Need, Offer, PendingChange, Reading, Response, Survey
from surveys.postings import approval, posting, still_valid
from surveys.postings.deciding import windows
from surveys.questionnaires.versions import copy_from
from tests.factories import (
    AgencyFactory,
    ApiKeyFactory,
    AreaFactory,
    CountryFactory,
    ModalityFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ResponseFactory,
    TargetFactory,
    UserFactory,
)
from tests.pages import as_of
from tests.surveys.importing.conftest import as_csv, table_rows
from web.calendar.days import today

Act = Callable[[], Any]
SOON = dt.timedelta(days=30)


class Scene:
    """Who acts, and the rows that doors need; a fixture that is slow is asked for by the door that needs it."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self.request = request
        self.client = Client()

    def given(self, name: str) -> Any:
        """Return what a fixture gives."""
        return self.request.getfixturevalue(name)

    def person(self, kind: WindowKind = WindowKind.SEVERAL) -> User:
        """Return a focal point of Thailand, logged in, whose country wants it so."""
        person: User = self.given("focal_point")
        CountryWindow.objects.create(country=CountryFactory(iso3="THA"), kind=kind)
        self.client.force_login(person)
        return person

    def manager(self) -> User:
        """Return a manager of the secretariat, logged in."""
        manager: User = self.given("manager")
        self.client.force_login(manager)
        return manager

    @property
    def agency(self) -> Agency:
        """The agency of Thailand's focal point."""
        agency: Agency = self.given("focal_point").current_affiliations[0].agency
        return agency

    def own(self, maker: Any = PublishedOfferFactory, **values: Any) -> Any:
        """Make a posting of Thailand's focal point."""
        return maker(agency=self.agency, country=self.agency.country, **values)

    def step(self, one: Any, name: str, **data: Any) -> Act:
        """Return the button of a posting's page in the workspace."""
        kind = "offer" if isinstance(one, Offer) else "need"
        address = reverse(f"workspace:{kind}-step", args=[one.pk, name])
        return lambda: self.client.post(address, as_of(one, **data))

    def typed(self, **given: Any) -> dict[str, Any]:
        """Return a filled in form of the workspace."""
        return {
            "owner": f"agency:{self.agency.pk}",
            "title": "Flood warning for small rivers",
            "text": "A course of two weeks.",
            "language": "en",
            "areas": [AreaFactory(code="energy").pk],
            "modalities": [ModalityFactory(code="training").pk],
            "visibility": Visibility.PUBLIC,
            "form_key": str(uuid.uuid4()),
            "do": "save",
            **given,
        }

    def edit(self, one: Any, **given: Any) -> Act:
        """Return saving a posting's form in the workspace."""
        kind = "offer" if isinstance(one, Offer) else "need"
        return lambda: self.client.post(reverse(f"workspace:{kind}-edit", args=[one.pk]), self.typed(**given))

    def admin_form(self, one: Any) -> dict[str, Any]:
        """Return a posting's form in the admin, as a browser would send it back untouched."""
        context = self.client.get(admin_page(one)).context
        forms = [context["adminform"].form]
        for inline in context["inline_admin_formsets"]:
            forms += [inline.formset.management_form, *inline.formset.forms]
        fields = [(form.add_prefix(name), form[name].value()) for form in forms for name in form.fields]
        return {name: value for name, value in fields if value is not None and value is not False}

    def admin_save(self, one: Any, **changes: Any) -> Act:
        """Return saving a posting's page in the admin."""
        form = self.admin_form(one) | changes
        return lambda: self.client.post(admin_page(one), form)

    def admin_action(self, name: str, *rows: Any) -> Act:
        """Return an action of the admin's list on some postings."""
        address = reverse(f"admin:surveys_{rows[0]._meta.model_name}_changelist")
        return lambda: self.client.post(address, {"action": name, "_selected_action": [row.pk for row in rows]})


def admin_page(row: Any) -> str:
    """Return the address of a row's page in the admin."""
    return reverse(f"admin:surveys_{row._meta.model_name}_change", args=[row.pk])


def form_draft(scene: Scene) -> Act:
    scene.person()
    return lambda: scene.client.post(reverse("workspace:offer-new"), scene.typed())


def form_of_a_published_one(scene: Scene) -> Act:
    scene.person()
    return scene.edit(scene.own(title="Before"))


def form_of_places(scene: Scene) -> Act:
    scene.person()
    offer = scene.own(title="Flood warning for small rivers", text="A course of two weeks.")
    CountryFactory(iso3="KHM")
    return scene.edit(offer, place=["country:KHM"])


def sheet(scene: Scene) -> Act:
    scene.person()
    filled = filled_sheet(scene, title="By sheet", areas=AreaFactory(code="energy", label="Energy").label)
    return lambda: scene.client.post(reverse("workspace:offer-upload"), {"file": filled()})


def filled_sheet(scene: Scene, address: str = "", **values: str) -> Callable[[], SimpleUploadedFile]:
    """Return a maker of the workbook of a form, with these values by the code of the field."""
    book = load_workbook(io.BytesIO(scene.client.get(address or reverse("workspace:offer-sheet")).content))
    for row in book.worksheets[0].iter_rows():
        if row[3].value in values:
            row[1].value = values[str(row[3].value)]
    out = io.BytesIO()
    book.save(out)
    return lambda: SimpleUploadedFile("form.xlsx", out.getvalue())


def step_publish(scene: Scene) -> Act:
    scene.person()
    return scene.step(scene.own(OfferFactory, areas=["energy"], modalities=["training"]), "publish")


def step_confirm(scene: Scene) -> Act:
    scene.person()
    return scene.step(scene.own(), "confirm")


def step_withdraw(scene: Scene) -> Act:
    scene.person()
    return scene.step(scene.own(), "withdraw", reason="no_longer_holds", note="")


def step_renew(scene: Scene) -> Act:
    scene.person()
    return scene.step(scene.own(), "renew", closes_on=str(today() + SOON))


def step_copy(scene: Scene) -> Act:
    scene.person()
    return scene.step(scene.own(), "copy")


def step_submit(scene: Scene) -> Act:
    scene.person(WindowKind.SINGLE)
    return scene.step(scene.own(OfferFactory, areas=["energy"], modalities=["training"]), "publish")


def step_approve(scene: Scene) -> Act:
    return _approval(scene, "approve")


def step_approve_version(scene: Scene) -> Act:
    scene.person(WindowKind.SINGLE)
    scene.given("coordinator")
    offer = scene.own(title="Before")
    scene.edit(offer)()
    scene.client.force_login(scene.given("coordinator"))
    return scene.step(offer, "approve")


def step_send_back(scene: Scene) -> Act:
    return _approval(scene, "send_back", note="Say more.")


def _approval(scene: Scene, name: str, **data: Any) -> Act:
    person = scene.person(WindowKind.SINGLE)
    offer = scene.own(OfferFactory, areas=["energy"], modalities=["training"])
    approval.submit(posting=offer, by=person)
    scene.client.force_login(scene.given("coordinator"))
    return scene.step(offer, name, **data)


def step_choose(scene: Scene) -> Act:
    scene.person()
    return scene.step(pending(scene).offer, "choose", version="response")


def pending(scene: Scene, **values: Any) -> PendingChange:
    """A version that a corrected response makes of an offer: another title, and an area more."""
    offer = scene.own(title="As edited")
    AreaFactory(code="trade")
    content = {
        "values": {"title": "As answered"},
        "areas": ["energy", "trade"],
        "modalities": ["training"],
        "targets": [],
    }
    response = ResponseFactory(country=offer.country)
    content["values"] |= values.pop("values", {})
    return PendingChange.objects.create(offer=offer, response=response, content=content | values)


def mail_still_valid(scene: Scene) -> Act:
    return _still_valid(scene, "yes")


def mail_no_longer_valid(scene: Scene) -> Act:
    return _still_valid(scene, "no")


def _still_valid(scene: Scene, answer: str) -> Act:
    address = still_valid.address(scene.person(), "offer", scene.own().pk)
    path = address[address.index("/mail/") :]
    return lambda: scene.client.post(path, {"answer": answer})


def admin_add(scene: Scene) -> Act:
    scene.manager()
    form = {
        "title": "New", "country": CountryFactory(iso3="THA").pk, "language": "en", "visibility": Visibility.PUBLIC,
        "delivery_languages": "[]", "targets-TOTAL_FORMS": "1", "targets-INITIAL_FORMS": "0",
        "targets-0-country": CountryFactory(iso3="KHM").pk, "targets-0-position": "0",
    }  # fmt: skip
    return lambda: scene.client.post(reverse("admin:surveys_offer_add"), form)


def admin_edit(scene: Scene) -> Act:
    scene.manager()
    return scene.admin_save(PublishedOfferFactory(), title="Corrected")


def admin_areas(scene: Scene) -> Act:
    scene.manager()
    return scene.admin_save(PublishedNeedFactory(), areas=["energy", AreaFactory(code="trade").pk])


def admin_places(scene: Scene) -> Act:
    scene.manager()
    offer = TargetFactory(country=CountryFactory(iso3="KHM")).offer
    return scene.admin_save(offer, **{"targets-0-country": CountryFactory(iso3="LAO").pk})


def admin_old_version(scene: Scene) -> Act:
    manager = scene.manager()
    offer = PublishedOfferFactory(title="Old")
    version = offer.history.first().pk
    posting.correct(posting=offer, values={"title": "New"}, areas=["energy"], modalities=["training"], by=manager)
    address = reverse("admin:surveys_offer_simple_history", args=[offer.pk, version])
    form = {name: value for name, value in scene.admin_form(offer).items() if name != "as_of"} | {"title": "Old"}
    return lambda: scene.client.post(address, form)


def admin_publish(scene: Scene) -> Act:
    scene.manager()
    drafts = [OfferFactory(areas=["energy"], modalities=["training"]) for _number in range(2)]
    return scene.admin_action("publish", *drafts)


def admin_withdraw(scene: Scene) -> Act:
    scene.manager()
    return scene.admin_action("withdraw", PublishedNeedFactory(), PublishedNeedFactory())


def admin_confirm(scene: Scene) -> Act:
    scene.manager()
    return scene.admin_action("confirm_today", PublishedOfferFactory())


def admin_from_paper(scene: Scene) -> Act:
    scene.manager()
    offer = PublishedOfferFactory()
    address = reverse("admin:surveys_offer_paper", args=[offer.pk])
    return lambda: scene.client.post(address, as_of(offer, reference="NV/1", dated_on="2026-11-20"))


def admin_add_from_paper(scene: Scene) -> Act:
    scene.manager()
    form = {
        "title": "New", "country": CountryFactory(iso3="THA").pk, "language": "en", "visibility": Visibility.PUBLIC,
        "delivery_languages": "[]", "targets-TOTAL_FORMS": "0", "targets-INITIAL_FORMS": "0",
        "paper_reference": "NV/1", "paper_dated_on": "2026-11-20",
    }  # fmt: skip
    return lambda: scene.client.post(reverse("admin:surveys_offer_add"), form)


def admin_choose(scene: Scene) -> Act:
    scene.manager()
    return choose_in_the_admin(scene, pending(scene))


def choose_in_the_admin(scene: Scene, change: PendingChange) -> Act:
    """Take the version of the response, from a page that shows the offer as it is."""
    offer = change.offer
    assert offer is not None
    return lambda: scene.client.post(admin_page(change), as_of(offer, response="1"))


def file_import(scene: Scene) -> Act:
    survey = scene.given("survey")
    return lambda: import_file(survey=survey, data=as_csv(table_rows()[:4]), file_name="table.csv")


def file_import_again(scene: Scene) -> Act:
    survey = _imported(scene)
    rows = [row | {"modalities": "Training"} for row in table_rows()[:4]]
    rows[0]["regions_countries_as_printed"] = "Fiji"
    return lambda: import_file(survey=survey, data=as_csv(rows), file_name="table.csv")


def file_import_that_states_it_no_longer(scene: Scene) -> Act:
    survey = _imported(scene)
    # Iran's row states an offer; with support received alone it states a need.
    rows = [
        row | {"regions_countries_as_printed": "Support received from: Japan"} if row["iso3"] == "IRN" else row
        for row in table_rows()
    ]
    return lambda: import_file(survey=survey, data=as_csv(rows), file_name="table.csv")


def _imported(scene: Scene) -> Survey:
    survey: Survey = scene.given("unreleased")
    import_file(survey=survey, data=as_csv(table_rows()), file_name="table.csv")
    return survey


def undo(scene: Scene) -> Act:
    file_import_again(scene)()
    last = Import.objects.filter(state=ImportState.APPLIED).latest("pk")
    manager = scene.manager()
    return lambda: undoing.undo(file_import=last, by=manager)


def undo_of_what_was_added(scene: Scene) -> Act:
    file_import(scene)()
    manager = scene.manager()
    return lambda: undoing.undo(file_import=Import.objects.get(), by=manager)


def reading_resolved(scene: Scene) -> Act:
    _imported(scene)
    manager = scene.manager()
    reading = Reading.objects.get(as_printed="Other neighbouring regional countries")
    return lambda: readings.resolve(reading=reading, country=Country.objects.get(pk="TKM"), by=manager)


def reading_confirmed(scene: Scene) -> Act:
    _imported(scene)
    manager = scene.manager()
    offers = Offer.objects.filter(targets__is_ambiguous=True, edited_on=None, confirmed_on=None)
    doubt = Reading.objects.exclude(kind="unresolved").filter(is_ambiguous=True, response__offers__in=offers)[0]
    return lambda: readings.confirm(reading=doubt, by=manager)


def survey_answered(scene: Scene) -> Act:
    response, head = _submitted(scene, areas=["trade"])
    return lambda: sending_in.approve(response=response, by=head)


def survey_corrected(scene: Scene) -> Act:
    response, head = _submitted(scene, areas=["trade"])
    response = sending_in.approve(response=response, by=head)
    assert response.agency is not None
    response = filling_in.begin(survey=response.survey, agency=response.agency, by=head)
    _answer(scene, head, areas=["trade", "energy"])
    return lambda: sending_in.submit(response=Response.objects.get(pk=response.pk), by=head)


def _submitted(scene: Scene, **answers: Any) -> tuple[Any, User]:
    """Answers of an agency of Nepal that wait for its country's window, and who approves them."""
    survey = scene.given("survey")
    begun, ended = today() - dt.timedelta(days=1), today() + SOON
    edition = Survey.objects.create(
        code="ssc-2026", title="Survey 2026", is_public=True, opens_on=begun, closes_on=ended
    )
    copy_from(survey, to=edition)
    nepal = Country.objects.get(pk="NPL")
    CountryWindow.objects.create(country=nepal, kind=WindowKind.SINGLE)
    agency: Agency = AgencyFactory(code="npl-test", kind=AgencyKind.MINISTRY, country=nepal)
    person = UserFactory(email="one@example.org", role=Role.FOCAL_POINT, role__agency=agency)
    head = UserFactory(email="head@example.org", role=Role.COORDINATOR, role__agency=agency)
    response = filling_in.begin(survey=edition, agency=agency, by=person)
    _answer(scene, person, **answers)
    return sending_in.submit(response=Response.objects.get(pk=response.pk), by=person), head


def _answer(scene: Scene, person: User, *, areas: Iterable[str], modalities: Iterable[str] = ("training",)) -> None:
    scene.client.force_login(person)
    data = {"do": "save", "q-role": ["offering"], "q-areas": areas, "q-modalities": modalities}
    scene.client.post("/workspace/surveys/ssc-2026/cooperation/", data)


def contact_erased(scene: Scene) -> Act:
    person = scene.person()
    scene.own(contact_person=person)
    scene.own(contact=f"Write to {person.email}")
    return lambda: leaving.erase(person)


def command_creates(scene: Scene) -> Act:
    country = CountryFactory(iso3="THA")
    AreaFactory(code="energy")
    return lambda: posting.create(
        model=Need, values={"title": "By a command", "country": country}, areas=["energy"], by=None
    )


def _key(scene: Scene) -> ApiKey:
    """Return a key that writes for the agency of Thailand's focal point."""
    key: ApiKey = ApiKeyFactory(scopes=[KeyScope.WRITE_POSTINGS], agency=scene.agency, accountable=scene.person())
    return key


def _sent(key: ApiKey, method: str, path: str, body: Any, *, seen: str = "*") -> Act:
    headers = {"Authorization": f"Bearer {key.secret}", "If-Match": seen}  # type: ignore[attr-defined]
    return lambda: getattr(Client(), method)(path, body, content_type="application/json", headers=headers)


def _content(**given: Any) -> dict[str, Any]:
    areas, modalities = [AreaFactory(code="energy").pk], [ModalityFactory(code="training").pk]
    return {"title": "Flood warning", "areas": areas, "modalities": modalities, **given}


def key_creates(scene: Scene) -> Act:
    return _sent(_key(scene), "post", "/api/v1/needs/", _content(status="published"))


def key_creates_many(scene: Scene) -> Act:
    return _sent(_key(scene), "post", "/api/v1/offers/batch/", {"items": [_content(), _content()]})


def key_changes(scene: Scene) -> Act:
    key, offer = _key(scene), scene.own()
    return _sent(key, "patch", f"/api/v1/offers/{offer.pk}/", {"title": "Other words"})


def key_refers(scene: Scene) -> Act:
    key, offer = _key(scene), scene.own()
    return _sent(key, "patch", f"/api/v1/offers/{offer.pk}/", {"reference": "A/1"})


def key_withdraws(scene: Scene) -> Act:
    key, offer = _key(scene), scene.own()
    return _sent(key, "post", f"/api/v1/offers/{offer.pk}/withdraw/", {"reason": "met"})


DOORS = (
    form_draft, form_of_a_published_one, form_of_places, sheet, step_publish, step_confirm, step_withdraw, step_renew,
    step_copy, step_submit, step_approve, step_approve_version, step_send_back, step_choose,
    mail_still_valid, mail_no_longer_valid, admin_add, admin_edit, admin_areas, admin_places, admin_old_version,
    admin_publish, admin_withdraw, admin_confirm, admin_from_paper, admin_add_from_paper, admin_choose,
    file_import, file_import_again,
    file_import_that_states_it_no_longer, undo, undo_of_what_was_added, reading_resolved, reading_confirmed,
    survey_answered, survey_corrected, contact_erased, command_creates, key_creates,
    key_creates_many, key_changes, key_refers, key_withdraws,
)  # fmt: skip


def pause(scene: Scene) -> Act:
    """Hide a country's postings: no row of theirs is written, and all of them have changed."""
    manager = scene.manager()
    offer = PublishedOfferFactory(country=CountryFactory(iso3="THA"))
    OfferFactory(country=offer.country)
    return lambda: windows.pause(country=offer.country, by=manager)


PUBLISHED = PostingStatus.PUBLISHED
