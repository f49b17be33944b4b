"""The admin of surveys, offers and needs: who gets in, and how many queries a page takes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import User
from surveys.choices import Direction, ImportState, PlaceKind
from surveys.models import Import, ImportRow, Need, Offer, Reading, Response, Survey
from tests.factories import (
    CountryFactory,
    CountryGroupFactory,
    NeedFactory,
    PreferredPartnerFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ResponseFactory,
    SurveyFactory,
    TargetFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

MODELS = ("survey", "response", "reading", "offer", "need", "import")


def list_page(model: str) -> str:
    return reverse(f"admin:surveys_{model}_changelist")


def own_page(model: str, pk: int) -> str:
    return reverse(f"admin:surveys_{model}_change", args=[pk])


def make(count: int) -> None:
    """Each kind of row `count` times, all of different countries."""
    survey = SurveyFactory()
    file_import = Import.objects.create(survey=survey, file_name="table.csv", state=ImportState.APPLIED)
    countries = CountryFactory.create_batch(min(count, 100))
    for number in range(count):
        country = countries[number % len(countries)]
        response = ResponseFactory(survey=survey, file_import=file_import, country=country, key=f"{count}/{number}")
        Reading.objects.create(response=response, kind=PlaceKind.COUNTRY, country=country, direction=Direction.PRIORITY)
        PublishedOfferFactory(survey=survey, response=response, country=country, areas=[f"area-{number % 7}"])
        PublishedNeedFactory(survey=survey, country=country)
        SurveyFactory()
        Import.objects.create(survey=survey, file_name=f"table-{number}.csv")


def make_places(count: int) -> None:
    """One response, offer and need with `count` places each."""
    response, offer, need = Response.objects.earliest("pk"), Offer.objects.earliest("pk"), Need.objects.earliest("pk")
    for number in range(count):
        country = CountryFactory()
        Reading.objects.create(response=response, kind=PlaceKind.COUNTRY, country=country, position=number)
        TargetFactory(offer=offer, country=country)
        TargetFactory(offer=offer, group=CountryGroupFactory())
        PreferredPartnerFactory(need=need, country=country)


@pytest.fixture
def queries(client: Client, manager: User, django_assert_max_num_queries) -> Callable[[str], int]:
    client.force_login(manager)

    def count(address: str) -> int:
        client.get(address)  # content types are looked up once a process
        with django_assert_max_num_queries(60) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    return count


def test_lists_take_as_many_queries_for_two_hundred_rows_as_for_ten(queries: Callable[[str], int]):
    make(10)
    few = {model: queries(list_page(model)) for model in MODELS}
    make(190)
    assert {model: queries(list_page(model)) for model in MODELS} == few
    assert max(few.values()) <= 12


def test_pages_take_as_many_queries_for_two_hundred_places_as_for_ten(queries: Callable[[str], int]):
    make(1)
    make_places(10)
    pages = [
        own_page("response", Response.objects.earliest("pk").pk),
        own_page("reading", Reading.objects.earliest("pk").pk),
        own_page("offer", Offer.objects.earliest("pk").pk),
        own_page("need", Need.objects.earliest("pk").pk),
        own_page("import", Import.objects.earliest("pk").pk),
    ]
    few = [queries(page) for page in pages]
    make_places(190)
    assert [queries(page) for page in pages] == few


@pytest.mark.parametrize("model", MODELS)
def test_the_secretariat_alone_gets_in(
    client: Client, model: str, focal_point: User, coordinator: User, partner: User, reviewer: User, manager: User
):
    make(1)
    newest: dict[str, Any] = {"survey": Survey, "response": Response, "reading": Reading, "offer": Offer, "need": Need}
    pages = [list_page(model), own_page(model, newest.get(model, Import).objects.latest("pk").pk)]
    for person in (None, focal_point, coordinator, partner):
        client.logout()
        if person:
            client.force_login(person)
        for page in pages:
            assert client.get(page).status_code in (302, 403, 404)
    for person in (reviewer, manager):
        client.force_login(person)
        for page in pages:
            assert client.get(page).status_code == 200


def test_a_reviewer_looks_and_changes_nothing(client: Client, reviewer: User):
    client.force_login(reviewer)
    offer = PublishedOfferFactory(title="As it was")
    client.post(own_page("offer", offer.pk), {"title": "Changed"})
    chosen = {"action": "withdraw", "_selected_action": [offer.pk]}
    client.post(list_page("offer"), chosen)
    offer.refresh_from_db()
    assert (offer.title, offer.status) == ("As it was", "published")
    assert client.get(reverse("admin:surveys_offer_add")).status_code == 403


@pytest.mark.parametrize("model", ["response", "reading"])
def test_what_comes_from_imports_is_not_added_by_hand(client: Client, manager: User, model: str):
    client.force_login(manager)
    assert client.get(reverse(f"admin:surveys_{model}_add")).status_code == 403


def test_hostile_text_is_inert(client: Client, manager: User):
    client.force_login(manager)
    hostile = "<script>alert(1)</script>"
    response = ResponseFactory(as_printed={hostile: hostile}, footnote=hostile)
    reading = Reading.objects.create(response=response, kind=PlaceKind.UNRESOLVED, as_printed=hostile, note=hostile)
    need = NeedFactory(title=hostile, text=hostile)
    file_import = Import.objects.create(
        survey=response.survey,
        file_name=hostile,
    )
    ImportRow.objects.create(
        file_import=file_import,
        position=0,
        row=2,
        key=hostile,
        result="in_error",
        entry={"errors": [{"column": hostile, "value": hostile, "message": hostile, "entry": hostile}]},
    )
    for page in (
        own_page("response", response.pk),
        own_page("reading", reading.pk),
        own_page("need", need.pk),
        own_page("import", file_import.pk),
        *(list_page(model) for model in ("reading", "need", "import")),
    ):
        assert hostile not in client.get(page).content.decode()
