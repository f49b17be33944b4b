"""Pages that change what others change too say what they showed, and who comes second is told and loses nothing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from directory.models import Agency, AgencyFact, Country, User
from matching.life import review
from matching.life.seen.shown import ShownEvents
from matching.models import Match
from surveys.models import Challenge, Offer
from surveys.postings import approval, posting
from tests.factories import AgencyFactory, MatchFactory, OfferFactory, ScoringProfileFactory, UserFactory
from tests.pages import Page, as_of
from tests.project.addresses import rows
from web.since_shown import AS_OF, ChangedSinceShown, as_shown

pytestmark = pytest.mark.django_db

TEMPLATES = Path(settings.BASE_DIR) / "templates"
FORM = re.compile(r"<form\b(?P<attributes>[^>]*(?:%}[^>]*)*)>(?P<inside>.*?)</form>", re.DOTALL)
CARRIES = ('name="as_of"', "form.as_of", "workspace/matches/form.html", "workspace/answers/field.html")
ONE_S_OWN = "it changes what is the person's own"
BEGINS = "it makes something new, or begins a piece of work: nothing that was shown is changed"
ONE_STEP = "one step, open in one state alone: the second is refused by name, and nothing was typed"
EACH_BY_ITSELF = "many rows: each is taken only in the state that the step needs, and what was refused is listed"
WITHOUT: dict[str, str] = {
    "admin/base_site.html": ONE_S_OWN,
    "admin/directory/designation/cover.html": ONE_STEP,
    "admin/directory/paper/paper.html": ONE_STEP,
    "admin/directory/user/printed_codes.html": ONE_STEP,
    "admin/directory/user/second_factor.html": ONE_STEP,
    "admin/index.html": BEGINS,
    "admin/matching/allocation/make.html": BEGINS,
    "admin/matching/allocation/plan.html": ONE_STEP,
    "admin/matching/match/bulk_ask.html": EACH_BY_ITSELF,
    "admin/matching/match/bulk_done.html": EACH_BY_ITSELF,
    "admin/matching/match/queue.html": ONE_S_OWN,
    "admin/matching/match/queue_results.html": EACH_BY_ITSELF,
    "admin/matching/match/propose.html": BEGINS,
    "admin/matching/matchrun/run.html": ONE_STEP,
    "admin/matching/matchrun/start.html": BEGINS,
    "admin/matching/scoringprofile/change_form.html": BEGINS,
    "admin/matching/scoringprofile/effect.html": BEGINS,
    "admin/surveys/import/import.html": ONE_STEP,
    "admin/surveys/import/steps.html": ONE_STEP,
    "admin/surveys/import/upload.html": BEGINS,
    "admin/surveys/survey/questionnaire.html": ONE_STEP,
    "admin/surveys/survey/tracking.html": EACH_BY_ITSELF,
    "admin/surveys/survey/confirming.html": ONE_STEP,
    "admin/surveys/survey/confirming_country.html": EACH_BY_ITSELF,
    "admin/practices/question.html": ONE_STEP,
    "workspace/answers/survey.html": ONE_STEP,
    "workspace/includes/bar.html": ONE_S_OWN,
    "workspace/keys/key.html": ONE_STEP,
    "workspace/keys/keys.html": BEGINS,
    "workspace/mail/still_valid.html": "a link of a mail, which showed no more than the title",
    "workspace/mail/unsubscribe.html": ONE_S_OWN,
    "workspace/people/accept.html": ONE_S_OWN,
    "admin/matching/enquiry/enquiry.html": ONE_STEP,
    "workspace/enquiries/ask.html": BEGINS,
    "workspace/enquiries/list.html": ONE_STEP,
    "workspace/practices/ask.html": BEGINS,
    "workspace/practices/questions.html": ONE_STEP,
    "workspace/people/address.html": ONE_S_OWN,
    "workspace/people/address_confirm.html": ONE_S_OWN,
    "workspace/people/cover.html": ONE_S_OWN,
    "workspace/people/cover_page.html": ONE_S_OWN,
    "workspace/people/people.html": ONE_STEP,
    "workspace/searches.html": ONE_S_OWN,
    "workspace/people/profile.html": ONE_S_OWN,
    "workspace/postings/upload.html": "the sheet itself carries the mark",
}


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def form_of(client: Client, page: str) -> dict[str, Any]:
    """A change form of the admin as a browser would send it back untouched."""
    context = client.get(page).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {form.add_prefix(name): form[name].value() for form in forms for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def test_every_form_that_is_sent_carries_the_mark_or_is_listed_with_the_reason() -> None:
    without = set()
    for path in (*TEMPLATES.glob("workspace/**/*.html"), *TEMPLATES.glob("admin/**/*.html")):
        for form in FORM.finditer(path.read_text(encoding="utf-8")):
            if 'method="post"' in form["attributes"] and not any(sign in form["inside"] for sign in CARRIES):
                without.add(str(path.relative_to(TEMPLATES)))
    assert without == set(WITHOUT)


def test_every_change_form_of_the_admin_carries_the_mark(desk: Client) -> None:
    saved, without = [], []
    of_each = rows()
    for model in admin.site._registry:
        page = desk.get(page_of(of_each[model])) if model in of_each else None
        if page is not None and page.status_code == 200 and 'name="_save"' in page.content.decode():
            saved.append(model)
            if f'name="{AS_OF}"' not in page.content.decode():
                without.append(model)
    assert not without
    assert {Agency, Country, Offer, User, Challenge} <= set(saved)


def user(**more: Any) -> User:
    return UserFactory(full_name="As it was", **more)


@pytest.mark.parametrize(
    ("make", "field", "first", "second"),
    [
        (AgencyFactory, "note", "By the first", "By the second"),
        (user, "full_name", "By the first", "By the second"),
        (lambda: ScoringProfileFactory(is_default=False), "top_k", 11, 12),
    ],
)
def test_the_second_of_two_editors_of_a_row_is_told(
    desk: Client, make: Callable[[], Model], field: str, first: Any, second: Any
) -> None:
    row = make()
    values = form_of(desk, page_of(row))
    assert desk.post(page_of(row), values | {field: first}).status_code == 302

    told = desk.post(page_of(row), values | {field: second})

    assert told.status_code == 200
    assert "Since this page was shown, this" in told.content.decode()
    assert str(told.context["adminform"].form[field].value()) == str(second)
    row.refresh_from_db()
    assert getattr(row, field) == first
    again = values | {field: second, AS_OF: told.context["adminform"].form[AS_OF].value()}
    assert desk.post(page_of(row), again).status_code == 302
    row.refresh_from_db()
    assert getattr(row, field) == second


def test_who_changed_which_field_of_a_row_is_told(desk: Client, manager: User) -> None:
    agency = AgencyFactory()
    agency.save()  # the factories write no history
    values = form_of(desk, page_of(agency))
    desk.post(page_of(agency), values | {"note": "By the first"})
    assert f"Note changed, by {manager}" in Page(desk.post(page_of(agency), values)).text


def test_what_hangs_on_a_row_is_part_of_what_was_shown(desk: Client) -> None:
    fact = AgencyFact.objects.create(agency=AgencyFactory(), label="Legal basis", text="Decree", source="Box 1")
    values = form_of(desk, page_of(fact.agency))
    AgencyFact.objects.update(text="Decree 7")
    assert "Since this page was shown, this has changed" in Page(desk.post(page_of(fact.agency), values)).text
    fact.refresh_from_db()
    assert fact.text == "Decree 7"


def test_a_step_on_a_posting_that_changed_is_refused_and_keeps_the_note(
    client: Client, focal_point: User, manager: User
) -> None:
    offer = OfferFactory(
        country=None, agency=focal_point.current_affiliations[0].agency, areas=["energy"], modalities=["training"]
    )
    approval.submit(posting=offer, by=focal_point)
    approves, sends_back = as_of(offer), as_of(offer, note="Say for how many.")
    posting.correct(
        posting=Offer.objects.get(pk=offer.pk),
        values={"title": "Another one"},
        areas=["energy"],
        modalities=["training"],
        by=focal_point,
    )
    client.force_login(manager)
    for step, typed in (("approve", approves), ("send_back", sends_back), ("approve", {})):
        told = client.post(reverse("workspace:offer-step", args=[offer.pk, step]), typed)
        assert told.status_code == 409
        assert "Since this page was shown" in Page(told).text
        assert typed.get("note", "") in Page(told).text
        offer.refresh_from_db()
        assert (offer.status, offer.sent_back_note) == ("submitted", "")
    assert (
        "Title is now “Another one”"
        in Page(client.post(reverse("workspace:offer-step", args=[offer.pk, "approve"]), approves)).text
    )
    assert client.post(reverse("workspace:offer-step", args=[offer.pk, "approve"]), as_of(offer)).status_code == 302


def test_a_mark_is_of_one_state_of_one_thing(manager: User) -> None:
    match, other = MatchFactory(), MatchFactory()
    with time_machine.travel("2026-11-29T07:00:00Z", tick=False):
        mark = ShownEvents(match).mark()
        assert mark == ShownEvents(match).mark() != ShownEvents(other).mark()
    moment, hashed = mark.split("~")
    # Another moment changes what is told, not whether it holds.
    for held in (mark, ShownEvents(match).mark(), f"0~{hashed}"):
        with as_shown(ShownEvents(match), held):
            pass
    review.add_note(match=match, by=manager, note="x")
    for old in (mark, "", "~", moment, f"{'f' * 400}~{hashed}", f"-1~{hashed}", "\0~x", ShownEvents(other).mark()):
        with pytest.raises(ChangedSinceShown), as_shown(ShownEvents(match), old):
            pytest.fail("the step was taken")
    with as_shown(ShownEvents(match), ShownEvents(match).mark()):
        pass


def test_it_says_no_more_than_happened_since(manager: User) -> None:
    match = MatchFactory()
    review.add_note(match=match, by=manager, note="before")
    mark = ShownEvents(Match.objects.get()).mark()
    review.set_aside(match=match, by=manager)
    with pytest.raises(ChangedSinceShown) as told, as_shown(ShownEvents(match), mark):
        pytest.fail("the step was taken")
    assert "Set aside" in str(told.value)
    assert "Note added" not in str(told.value)
