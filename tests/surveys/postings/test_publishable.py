"""What a posting lacks before it is published: said by one rule, asked at every door, and kept as a draft till then."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from directory.choices import AreaUse
from directory.models import PriorityArea
from surveys.answering import sending_in
from surveys.choices import PostingStatus, WindowKind
from surveys.importing import undoing
from surveys.importing.applying import ImportOutcome, import_file
from surveys.importing.in_words import AnswerWords
from surveys.importing.report import row_lines, summary
from surveys.models import Import, Need, Offer, Response, Survey
from surveys.postings import posting, still_valid
from surveys.postings.deciding.held import PostingLacks
from surveys.postings.deciding.publishable import SHORT, lacks, lacks_of, with_lack
from surveys.postings.writing import NewPosting
from surveys.questionnaires.asked import Asked
from tests.factories import (
    AreaFactory,
    CountryFactory,
    ModalityFactory,
    NeedFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ResponseFactory,
)
from tests.pages import Page
from tests.surveys.importing.conftest import as_csv, changed, table_rows
from tests.surveys.postings import doors
from tests.surveys.postings.doors import Act, Scene
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LONG_AGO = dt.date(2020, 6, 30)
AREA, TAG = PriorityArea(code="energy", use=AreaUse.AREA), PriorityArea(code="sdgs", use=AreaUse.TAG)
LACKING: dict[str, dict[str, Any]] = {
    "title": {"title": "Untitled draft"},
    "areas": {"areas": []},
    "modalities": {"modalities": []},
    "closes_on": {"closes_on": LONG_AGO},
}
"""What makes a posting incomplete, by the field that then falls short."""
COMPLETE: dict[str, Any] = {"areas": ["energy"], "modalities": ["training"]}


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(request)


def said_of(title: str = "Flood warning", **given: Any) -> list[str]:
    complete: dict[str, Any] = {"areas": [AREA], "states_modality": True, "closes_on": None}
    return [lack.field for lack in lacks(title=title, **complete | given)]


@pytest.mark.parametrize(
    "title",
    [
        "Flood warning", "水", "Ремонт мостов", "تدريب", "3D printing", "Offers and cooperation",
        "The untitled draft law", "Nepal seeks cooperation in energy", "Nepal seeks cooperation: training",
        "Thailand offers cooperation in 7 areas: training, advisory services",
    ],
)  # fmt: skip
def test_a_title_that_says_something_will_do(title: str):
    assert said_of(title) == []


@pytest.mark.parametrize(
    "title",
    [
        "", "   ", "\u200b\u200e", "\u3164\uffa0", "\u202e\u2066", "\0", "\ud800", "…", "---", "12345", "🙂",
        "Untitled draft", " UNTITLED\u00a0 draft. ", "Un\u200btitled draft", "“Untitled draft”", "Untitled_draft 2",
        "Timor-Leste seeks cooperation", "TIMOR-LESTE SEEKS COOPERATION.", "Côte d’Ivoire offers  co\u00adoperation!",
        "Nepal seeks cooperation\u200b", "Nepal offers cooperation …",
    ],
)  # fmt: skip
def test_a_title_that_nobody_gave_or_that_says_only_who_will_not(title: str):
    assert said_of(title) == ["title"]


def test_an_area_that_scores_is_needed():
    assert said_of(areas=[]) == said_of(areas=[TAG]) == ["areas"]
    assert said_of(areas=[TAG, AREA]) == []


def test_it_is_over_when_its_day_has_ended_everywhere_on_earth():
    last = dt.date(2026, 11, 30)
    with time_machine.travel(dt.datetime(2026, 12, 1, 11, 59, tzinfo=dt.UTC), tick=False):
        assert said_of(closes_on=last) == []
    with time_machine.travel(dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC), tick=False):
        assert said_of(closes_on=last) == ["closes_on"]


def test_all_that_is_lacking_is_said_at_once():
    assert said_of("", areas=[], states_modality=False, closes_on=LONG_AGO) == list(SHORT)


def test_what_a_survey_did_not_ask_is_no_fault_of_the_answer():
    answered = OfferFactory(response=ResponseFactory(), areas=["energy"])
    assert lacks_of(answered) == []
    assert [lack.field for lack in lacks_of(OfferFactory(areas=["energy"]))] == ["modalities"]
    assert lacks_of(OfferFactory(areas=["energy"], any_modality=True)) == []


@pytest.mark.parametrize("field", SHORT)
def test_the_database_finds_what_the_rule_says(field: str):
    AreaFactory(code="sdgs", use=AreaUse.TAG)
    rows = [NeedFactory(**COMPLETE), NeedFactory(areas=["sdgs"]), NeedFactory(areas=["sdgs", "energy"])]
    rows += [NeedFactory(**COMPLETE | given) for given in LACKING.values()]
    rows += [NeedFactory(areas=["energy"], any_modality=True), NeedFactory(response=ResponseFactory())]
    rows += [NeedFactory(title=title, **COMPLETE) for title in ("\u200b", "Nepal seeks cooperation.", "UNTITLED draft")]
    found = {row.pk for row in rows if field in [lack.field for lack in lacks_of(row)]}
    assert found
    assert set(with_lack(Need.objects.all(), field).values_list("pk", flat=True)) == found


# At each door: it publishes what is complete, and what is not stays as it was.


def draft(scene: Scene, **given: Any) -> Any:
    return scene.own(OfferFactory, **COMPLETE | given)


def public(scene: Scene, **given: Any) -> Any:
    return scene.own(PublishedOfferFactory, **COMPLETE | given)


def publishing(scene: Scene, **given: Any) -> Act:
    scene.person()
    return scene.step(draft(scene, **given), "publish")


def submitting(scene: Scene, **given: Any) -> Act:
    scene.person(WindowKind.SINGLE)
    return scene.step(draft(scene, **given), "publish")


def approving(scene: Scene, **given: Any) -> Act:
    person = scene.person(WindowKind.SINGLE)
    waiting = {"status": PostingStatus.SUBMITTED, "submitted_at": timezone.now(), "submitted_by": person}
    offer = draft(scene, **waiting, **given)
    scene.client.force_login(scene.given("coordinator"))
    return scene.step(offer, "approve")


def confirming(scene: Scene, **given: Any) -> Act:
    scene.person()
    return scene.step(public(scene, **given), "confirm")


def asking_to_confirm(scene: Scene, **given: Any) -> Act:
    scene.person(WindowKind.SINGLE)
    return scene.step(public(scene, **given), "confirm")


def saying_it_is_valid(scene: Scene, **given: Any) -> Act:
    address = still_valid.address(scene.person(), "offer", public(scene, **given).pk)
    return lambda: scene.client.post(address[address.index("/mail/") :], {"answer": "yes"})


def renewing(scene: Scene, **given: Any) -> Act:
    scene.person()
    offer = public(scene, **given | {"closes_on": None})
    return scene.step(offer, "renew", closes_on=str(given.get("closes_on", today() + doors.SOON)))


def editing(scene: Scene, **given: Any) -> Act:
    scene.person()
    return scene.edit(public(scene), **given)


def editing_what_waits_for_approval(scene: Scene, **given: Any) -> Act:
    scene.person(WindowKind.SINGLE)
    return scene.edit(draft(scene, status=PostingStatus.SUBMITTED, submitted_at=timezone.now()), **given)


def uploading(scene: Scene, **given: Any) -> Act:
    scene.person()
    filled = reverse("workspace:offer-filled-sheet", args=[public(scene).pk])
    values = {"text": "Otherwise"} | {field: str(value or "") for field, value in given.items()}
    file = doors.filled_sheet(scene, filled, **values)
    return lambda: scene.client.post(reverse("workspace:offer-upload"), {"file": file()})


def choosing(scene: Scene, **given: Any) -> Act:
    scene.person()
    return scene.step(_pending(scene, given).offer, "choose", version="response")


def choosing_in_the_admin(scene: Scene, **given: Any) -> Act:
    scene.manager()
    return doors.choose_in_the_admin(scene, _pending(scene, given))


def _pending(scene: Scene, given: dict[str, Any]) -> Any:
    values = {name: str(given[name]) for name in ("title", "closes_on") if name in given}
    return doors.pending(scene, values=values, **{name: given[name] for name in COMPLETE if name in given})


def publishing_in_the_admin(scene: Scene, **given: Any) -> Act:
    scene.manager()
    return scene.admin_action("publish", OfferFactory(**COMPLETE | given))


def confirming_in_the_admin(scene: Scene, **given: Any) -> Act:
    scene.manager()
    return scene.admin_action("confirm_today", PublishedOfferFactory(**COMPLETE | given))


def editing_in_the_admin(scene: Scene, **given: Any) -> Act:
    scene.manager()
    return scene.admin_save(PublishedOfferFactory(**COMPLETE), **{"text": "Otherwise"} | given)


def correcting(scene: Scene, **given: Any) -> Act:
    offer = PublishedOfferFactory(**COMPLETE)
    values = {"text": "Otherwise"} | {name: given[name] for name in ("title", "closes_on") if name in given}
    relations = COMPLETE | {name: given[name] for name in COMPLETE if name in given}
    return _refusing(lambda: posting.correct(posting=offer, values=values, **relations, by=scene.given("manager")))


def _refusing(act: Act) -> Act:
    def go() -> None:
        try:
            act()
        except PostingLacks:
            return

    return go


DOORS = (
    publishing, submitting, approving, confirming, asking_to_confirm, saying_it_is_valid, renewing, editing,
    editing_what_waits_for_approval, uploading, choosing, choosing_in_the_admin, publishing_in_the_admin,
    confirming_in_the_admin, editing_in_the_admin, correcting,
)  # fmt: skip


def content(row: Any) -> Any:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return values, sorted(row.areas.values_list("pk", flat=True)), sorted(row.modalities.values_list("pk", flat=True))


@pytest.mark.parametrize("lacking", LACKING)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_nothing_incomplete_goes_through(door: Callable[..., Act], lacking: str, scene: Scene):
    act = door(scene, **LACKING[lacking])
    before = content(Offer.objects.get())
    act()
    assert content(Offer.objects.get()) == before


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_what_is_complete_goes_through(door: Callable[..., Act], scene: Scene):
    act = door(scene)
    before = content(Offer.objects.get())
    act()
    assert content(Offer.objects.get()) != before


@pytest.mark.parametrize("lacking", LACKING)
def test_nothing_is_made_public_that_is_incomplete(lacking: str):
    AreaFactory(code="energy")
    ModalityFactory(code="training")
    given = {"title": "Flood warning", **COMPLETE, **LACKING[lacking]}
    relations = {name: given.pop(name) for name in COMPLETE}
    values = {**given, "country": CountryFactory(), "status": PostingStatus.PUBLISHED}
    with pytest.raises(PostingLacks):
        posting.create(model=Offer, values=values, **relations, by=None)
    new = [NewPosting(values=values, places=(), **relations)]
    with pytest.raises(PostingLacks):
        posting.create_many(model=Offer, new=new, by=None, reason="test")
    assert not Offer.objects.exists()
    posting.create(model=Offer, values={**values, "status": PostingStatus.DRAFT}, **relations, by=None)
    assert [lack.field for lack in lacks_of(Offer.objects.get())] == [lacking]


# What a person is told, and what stays.


@pytest.mark.parametrize("lacking", LACKING)
def test_a_draft_that_is_to_be_published_is_kept_and_told_at_its_field_what_would_be_right(lacking: str, scene: Scene):
    scene.person()
    typed = scene.typed(do="go_on", text="An hour's work.", **LACKING[lacking])
    page = scene.client.post(reverse("workspace:offer-new"), typed)
    assert (page.status_code, list(page.context["form"].errors)) == (200, [lacking])
    made = Offer.objects.get()
    assert (made.status, made.text) == (PostingStatus.DRAFT, "An hour's work.")
    assert made.closes_on == LACKING[lacking].get("closes_on")
    assert page.context["form"][lacking].errors[0] in Page(page).text


def test_a_draft_is_saved_as_a_draft_without_a_word(scene: Scene):
    scene.person()
    typed = scene.typed(title="", areas=[], modalities=[], closes_on=str(LONG_AGO), do="save")
    assert scene.client.post(reverse("workspace:offer-new"), typed).status_code == 302
    made = Offer.objects.get()
    assert (made.title, made.closes_on) == ("Untitled draft", LONG_AGO)
    assert (
        'value="Untitled draft"'
        not in scene.client.get(reverse("workspace:offer-edit", args=[made.pk])).content.decode()
    )


def test_who_publishes_a_draft_that_lacks_something_is_led_to_the_form(scene: Scene):
    scene.person()
    offer = draft(scene, title="Untitled draft", areas=[], amount="12.50", amount_currency="USD", text="Kept")
    answer = scene.step(offer, "publish")()
    page = scene.client.get(answer["Location"])
    assert list(page.context["form"].errors) == ["title", "areas"]
    assert "Kept" in page.content.decode()
    assert "Give it a title that says what it is about." in Page(page).text
    assert not scene.client.get(reverse("workspace:offer-edit", args=[offer.pk])).context["form"].errors


def test_any_form_to_be_discussed_stands_for_a_modality(scene: Scene):
    scene.person()
    typed = scene.typed(modalities=[], any_modality="on", do="go_on")
    scene.client.post(reverse("workspace:offer-new"), typed)
    offer = Offer.objects.get()
    scene.step(offer, "publish")()
    offer.refresh_from_db()
    assert (offer.status, offer.any_modality) == (PostingStatus.PUBLISHED, True)
    assert "Any form, to be discussed" in Page(scene.client.get(offer.get_absolute_url())).text
    assert scene.client.get(f"/api/v1/offers/{offer.pk}/").json()["any_modality"] is True


def test_the_sheet_says_any_form_too(scene: Scene):
    scene.person()
    offer = public(scene, modalities=[], any_modality=True)
    filled = reverse("workspace:offer-filled-sheet", args=[offer.pk])
    same = doors.filled_sheet(scene, filled, text="More")
    scene.client.post(reverse("workspace:offer-upload"), {"file": same()})
    offer.refresh_from_db()
    assert (offer.any_modality, offer.text) == (True, "More")
    no = doors.filled_sheet(scene, filled, any_modality="no", as_of="")
    page = scene.client.post(reverse("workspace:offer-upload"), {"file": no()})
    assert page.status_code == 422
    assert "Choose a modality" in Page(page).text


def test_the_own_side_sees_what_its_draft_lacks(scene: Scene):
    scene.person()
    offer = draft(scene, areas=[], closes_on=LONG_AGO)
    for name, words in (("offer", "30 June 2020 has ended"), ("offer-preview", "Choose at least one priority area")):
        assert words in Page(scene.client.get(reverse(f"workspace:{name}", args=[offer.pk]))).text
    assert "It lacks: no area, closing date past" in Page(scene.client.get(reverse("workspace:offers"))).text


def test_what_is_public_and_over_lacks_nothing_but_is_closed(scene: Scene):
    scene.person()
    public(scene, closes_on=LONG_AGO)
    page = Page(scene.client.get(reverse("workspace:offers"))).text
    assert "Closed" in page
    assert "It lacks" not in page


def test_the_secretariat_finds_what_lacks_something(scene: Scene):
    scene.manager()
    address = reverse("admin:surveys_need_changelist")
    for field, given in LACKING.items():
        need = PublishedNeedFactory(**{"title": f"Lacks {field}", **COMPLETE, **given})
        page = scene.client.get(address, {"lacks": field})
        assert [row.pk for row in page.context["cl"].result_list] == [need.pk]
        assert str(SHORT[field]) in Page(page).text
    assert len(scene.client.get(address, {"lacks": "else"}).context["cl"].result_list) == 4


def test_a_slip_in_what_was_public_before_can_be_corrected_but_no_lack_added(scene: Scene):
    scene.manager()
    offer = PublishedOfferFactory(areas=[], closes_on=LONG_AGO)
    assert scene.admin_save(offer, text="Corrected")().status_code == 302
    page = scene.admin_save(offer, title="Untitled draft", closes_on="2020-07-01")()
    assert list(page.context["adminform"].form.errors) == ["title", "closes_on"]
    offer.refresh_from_db()
    assert (offer.text, offer.closes_on, offer.status) == ("Corrected", LONG_AGO, PostingStatus.PUBLISHED)


# What an import or a survey leaves short.


def bring_in(survey: Survey, rows: Any, **options: Any) -> ImportOutcome:
    return import_file(survey=survey, data=as_csv(rows), file_name="table.csv", **options)


def thai() -> Any:
    return Offer.objects.get(country="THA")


def test_what_an_import_leaves_short_waits_as_a_draft_that_says_what_it_lacks(unreleased: Survey):
    short = changed("THA", priority_areas_as_printed="SDGs")
    for options in ({"dry_run": True}, {}):
        outcome = bring_in(unreleased, short, **options)
        assert (outcome.counts["waiting"], outcome.counts["lacking:areas"]) == (1, 1)
        assert "1 posting waits as a draft: no area (1)" in summary(outcome.counts)
        (lines,) = [list(row_lines(row, AnswerWords(Asked.of(unreleased)))) for row in outcome.rows if row.key == "THA"]
        assert "draft, waits: no area" in lines[0]
    assert thai().status == PostingStatus.DRAFT
    assert [lack.field for lack in lacks_of(thai())] == ["areas"]
    assert Import.objects.get().counts["waiting"] == 1
    bring_in(unreleased, table_rows())
    assert thai().status == PostingStatus.PUBLISHED
    outcome = bring_in(unreleased, short)
    assert (thai().status, outcome.counts["waiting"]) == (PostingStatus.DRAFT, 1)


def test_what_the_table_did_not_ask_keeps_nothing_from_being_published(survey: Survey):
    outcome = bring_in(survey, changed("THA", modalities=""))
    assert thai().status == PostingStatus.PUBLISHED
    assert "waiting" not in outcome.counts


def test_what_was_public_before_there_was_the_rule_stays_until_a_file_touches_what_it_lacks(unreleased: Survey):
    bring_in(unreleased, changed("THA", priority_areas_as_printed="SDGs"))
    Offer.objects.filter(country="THA").update(status=PostingStatus.PUBLISHED)
    contribution = {"contribution_as_printed": "n/a", "contribution_usd": ""}
    assert (
        "waiting" not in bring_in(unreleased, changed("THA", priority_areas_as_printed="SDGs", **contribution)).counts
    )
    assert (thai().status, thai().amount) == (PostingStatus.PUBLISHED, None)
    assert bring_in(unreleased, changed("THA", priority_areas_as_printed="", **contribution)).counts["waiting"] == 1
    assert thai().status == PostingStatus.DRAFT


def test_the_page_of_an_import_says_what_waits(survey: Survey, scene: Scene):
    bring_in(survey, changed("THA", priority_areas_as_printed="SDGs"))
    scene.manager()
    page = Page(scene.client.get(doors.admin_page(Import.objects.get()))).text
    assert "1 posting waits as a draft: no area (1)" in page
    assert "waits as a draft: no area" in page
    assert "no area (1)" in Page(scene.client.get(reverse("admin:surveys_import_changelist"))).text


def test_undoing_publishes_nothing_that_is_over_by_now(unreleased: Survey, scene: Scene):
    bring_in(unreleased, table_rows())
    Offer.objects.filter(country="THA").update(closes_on=LONG_AGO)
    bring_in(unreleased, changed("THA", modalities="Training"))
    assert (thai().status, thai().closes_on) == (PostingStatus.PUBLISHED, None)
    undoing.undo(file_import=Import.objects.latest("pk"), by=scene.manager())
    assert (thai().status, thai().closes_on) == (PostingStatus.DRAFT, LONG_AGO)
    assert thai().modalities.count() > 1


def test_what_an_answer_leaves_short_waits_as_a_draft(survey: Survey, scene: Scene):
    response, head = doors._submitted(scene, areas=["sdgs"], modalities=[])
    Survey.objects.filter(pk=response.survey_id).update(publishes_on_import=True)
    sending_in.approve(response=Response.objects.get(pk=response.pk), by=head)
    made = Offer.objects.get(response=response)
    assert made.status == PostingStatus.DRAFT
    assert {lack.field for lack in lacks_of(made)} == {"title", "areas"}
