"""What a manager does in the admin with offers, needs and printed places."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.choices import AreaUse
from directory.models import User
from surveys.choices import PlaceKind, PostingStatus
from surveys.models import Offer, Reading, Target
from tests.factories import (
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    NeedFactory,
    OfferFactory,
    PublishedOfferFactory,
    ResponseFactory,
    TargetFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def admin(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def page_of(row: Any) -> str:
    return reverse(f"admin:surveys_{row._meta.model_name}_change", args=[row.pk])


def form_of(admin: Client, row: Any) -> dict[str, Any]:
    """The page's form as a browser would send it back untouched."""
    context = admin.get(page_of(row)).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            if value is not None and value is not False:
                data[form.add_prefix(name)] = value
    return data


def act(admin: Client, action: str, *rows: Any) -> list[str]:
    address = reverse(f"admin:surveys_{rows[0]._meta.model_name}_changelist")
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = admin.post(address, chosen, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_saving_without_a_change_writes_nothing(admin: Client):
    offer = TargetFactory(country=CountryFactory(iso3="KHM")).offer
    records, target_records = offer.history.count(), Target.history.count()
    assert admin.post(page_of(offer), form_of(admin, offer)).status_code == 302
    assert offer.history.count() == records
    assert Target.history.count() == target_records
    assert Offer.objects.get().edited_on is None


def test_an_edit_is_noted_with_who_made_it(admin: Client, manager: User):
    offer = PublishedOfferFactory()
    answer = admin.post(page_of(offer), form_of(admin, offer) | {"title": "Corrected"})
    assert answer.status_code == 302
    offer.refresh_from_db()
    assert offer.title == "Corrected"
    assert offer.edited_on is not None
    assert offer.history.first().history_user == manager


def test_the_second_of_two_editors_is_told_and_loses_nothing(admin: Client, manager: User):
    offer = PublishedOfferFactory(title="As it was")
    first, second = form_of(admin, offer), form_of(admin, offer)
    assert admin.post(page_of(offer), first | {"title": "By the first"}).status_code == 302
    answer = admin.post(page_of(offer), second | {"title": "By the second", "text": "Typed with care"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Since this page was shown, this happened:" in page
    assert f"by {manager}" in page
    assert "Title is now “By the first”" in page
    assert "Typed with care" in page
    assert Offer.objects.get().title == "By the first"

    again = second | {"title": "By the second", "as_of": answer.context["adminform"].form["as_of"].value()}
    assert admin.post(page_of(offer), again).status_code == 302
    assert Offer.objects.get().title == "By the second"


def test_targets_changed_meanwhile_are_a_conflict_too(admin: Client):
    target = TargetFactory(country=CountryFactory(iso3="KHM"))
    second = form_of(admin, target.offer)
    CountryGroupFactory(code="LDC")
    changed = form_of(admin, target.offer) | {"targets-0-country": "", "targets-0-group": "LDC"}
    assert admin.post(page_of(target.offer), changed).status_code == 302
    answer = admin.post(page_of(target.offer), second | {"title": "By the second"})
    assert "Reaches: “Cambodia” was taken out" in answer.content.decode()


def test_an_edit_of_targets_alone_is_noted_too(admin: Client):
    target = TargetFactory(country=CountryFactory(iso3="KHM"))
    form = form_of(admin, target.offer)
    CountryGroupFactory(code="LDC")
    form |= {"targets-0-country": "", "targets-0-group": "LDC"}
    assert admin.post(page_of(target.offer), form).status_code == 302
    now = Target.objects.get()
    assert (now.kind, now.group_id, now.country_id) == (PlaceKind.GROUP, "LDC", None)
    assert Offer.objects.get().edited_on is not None


def test_a_target_can_be_added_and_taken_off_and_stays_in_the_history(admin: Client, manager: User):
    target = TargetFactory(country=CountryFactory(iso3="KHM"))
    form = form_of(admin, target.offer)
    CountryFactory(iso3="LAO")
    form |= {
        "targets-TOTAL_FORMS": "2",
        "targets-0-DELETE": "on",
        "targets-1-country": "LAO",
        "targets-1-position": "1",
        "targets-1-offer": target.offer.pk,
    }
    assert admin.post(page_of(target.offer), form).status_code == 302
    assert [one.country_id for one in Target.objects.all()] == ["LAO"]
    gone = Target.history.filter(country="KHM").first()
    assert (gone.history_type, gone.history_user) == ("-", manager)


@pytest.mark.parametrize("choice", [{"country": "KHM", "group": "LDC"}, {"as_printed": ""}])
def test_a_target_is_one_place(admin: Client, choice: dict[str, str]):
    target = TargetFactory(country=CountryFactory(iso3="KHM"), as_printed="")
    CountryGroupFactory(code="LDC")
    form = form_of(admin, target.offer) | {"targets-0-country": ""}
    form |= {f"targets-0-{name}": value for name, value in choice.items()}
    answer = admin.post(page_of(target.offer), form)
    assert answer.status_code == 200
    assert "Choose a country or a group" in answer.content.decode()


def test_an_area_as_printed_stays_on_its_posting_and_is_offered_to_no_other(admin: Client):
    security = AreaFactory(code="security", use=AreaUse.AS_PRINTED)
    has_it = PublishedOfferFactory(areas=[security, "energy"])
    other = PublishedOfferFactory(areas=["energy"])
    admin.post(page_of(has_it), form_of(admin, has_it) | {"title": "Corrected"})
    assert has_it.areas.count() == 2
    form = form_of(admin, other) | {"areas": ["security"]}
    assert "Select a valid choice" in admin.post(page_of(other), form).content.decode()


def test_state_and_confirmation_are_changed_by_actions_alone(admin: Client):
    offer = OfferFactory()
    form = form_of(admin, offer) | {"title": "x", "status": "published", "confirmed_on": "2026-01-01"}
    admin.post(page_of(offer), form)
    offer.refresh_from_db()
    assert (offer.title, offer.status, offer.confirmed_on) == ("x", PostingStatus.DRAFT, None)


def test_actions_publish_withdraw_and_confirm(admin: Client, manager: User):
    complete = {"areas": ["energy"], "modalities": ["training"]}
    offers = [OfferFactory(**complete), OfferFactory(**complete)]
    archived = OfferFactory(title="Old", status=PostingStatus.ARCHIVED)
    said = act(admin, "publish", *offers, archived)
    assert "2 postings changed." in said
    assert "“Old” is archived: it cannot become published." in said
    assert act(admin, "confirm_today", offers[0]) == ["1 posting changed."]
    assert act(admin, "withdraw", offers[1]) == ["1 posting changed."]
    for one in offers:
        one.refresh_from_db()
    assert (offers[0].status, offers[0].confirmed_on) == (PostingStatus.PUBLISHED, timezone.now().date())
    assert offers[1].status == PostingStatus.WITHDRAWN
    assert offers[1].history.first().history_user == manager
    assert act(admin, "publish", NeedFactory(**complete)) == ["1 posting changed."]


def test_a_new_offer_starts_as_a_draft(admin: Client, manager: User):
    CountryFactory(iso3="THA")
    form = {
        "title": "New", "language": "en", "visibility": "public", "country": "THA",
        "targets-TOTAL_FORMS": "0", "targets-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert admin.post(reverse("admin:surveys_offer_add"), form).status_code == 302
    offer = Offer.objects.get()
    assert (offer.status, offer.history.last().history_user) == (PostingStatus.DRAFT, manager)
    assert offer.edited_on is not None


def test_search_finds_folded_words_and_countries(admin: Client):
    CountryFactory(iso3="TUR")
    PublishedOfferFactory(title="Dessalement à l’Énergie", country=CountryFactory(iso3="TUR"))
    PublishedOfferFactory(title="Other")
    address = reverse("admin:surveys_offer_changelist")
    for words in ("Dessalement", "turkiye", "DESSALEMENT énergie"):
        assert admin.get(address, {"q": words}).context["cl"].result_count == 1, words


@pytest.fixture
def token() -> Reading:
    return Reading.objects.create(
        response=ResponseFactory(), kind=PlaceKind.UNRESOLVED, as_printed="Korea", is_ambiguous=True
    )


def test_a_token_is_resolved_on_its_page(admin: Client, token: Reading, manager: User):
    CountryFactory(iso3="KOR")
    form = form_of(admin, token)
    assert admin.post(page_of(token), form | {"country": "KOR", "note": "the letter says so"}).status_code == 302
    token.refresh_from_db()
    assert (token.kind, token.country_id, token.is_ambiguous) == (PlaceKind.COUNTRY, "KOR", False)
    assert token.note == "the letter says so"
    assert token.history.first().history_user == manager
    assert [record.history_type for record in token.history.all()] == ["~", "+"]


def test_a_country_and_a_group_at_once_are_refused_on_the_page(admin: Client, token: Reading):
    CountryFactory(iso3="KOR")
    CountryGroupFactory(code="LDC")
    answer = admin.post(page_of(token), form_of(admin, token) | {"country": "KOR", "group": "LDC"})
    assert "not both" in answer.content.decode()


def test_the_list_of_work_and_the_action_that_shortens_it(admin: Client, token: Reading):
    doubtful = Reading.objects.create(
        response=ResponseFactory(), kind=PlaceKind.COUNTRY, country=CountryFactory(), is_ambiguous=True
    )
    Reading.objects.create(response=ResponseFactory(), kind=PlaceKind.COUNTRY, country=CountryFactory())
    address = reverse("admin:surveys_reading_changelist")
    found = {
        todo: admin.get(address, {"todo": todo}).context["cl"].result_count for todo in ("any", "unresolved", "doubt")
    }
    assert found == {"any": 2, "unresolved": 1, "doubt": 1}
    said = act(admin, "confirm_reading", doubtful, token)
    assert "1 reading confirmed." in said
    assert "“Korea” is not resolved: choose a country or a group." in said
    assert admin.get(address, {"todo": "any"}).context["cl"].result_count == 1
