"""What the portal holds about a person: all of it, as a file, and nothing of anybody else."""

import io
import json
from typing import Any

import pytest
from django.apps import apps
from django.db.models import EmailField, Model
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from directory.models import Mail, User
from surveys.models import Offer
from tests.factories import OfferFactory, UserFactory
from workspace.people.own_data import HELD, NOT_GIVEN, historical_models
from workspace.people.own_data_page import OwnDataThrottle

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

OTHERS = ("Somebody Else", "somebody.else@example.org", "+66 999")


def file_of(client: Client, user: User) -> dict[str, Any]:
    client.force_login(user)
    response = client.get(reverse("workspace:own-data", args=["json"]))
    assert response.status_code == 200
    return json.loads(response.content)


def leads_to_a_person() -> set[str]:
    """Every field that leads to an account or holds an e-mail address, of every model of every app."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if getattr(field, "auto_created", False) and not getattr(field, "concrete", False):
                continue
            leads = field.is_relation and field.related_model is User and field.name != "history_user"
            if leads or isinstance(field, EmailField):
                found.add(f"{model._meta.label}.{field.name}")
    return found


def test_every_field_that_leads_to_a_person_is_given_or_said_why_not() -> None:
    given = {held.code for held in HELD}
    assert leads_to_a_person() - given - set(NOT_GIVEN) == set(), "name it in HELD, or in NOT_GIVEN with a reason"
    assert (given | set(NOT_GIVEN)) - leads_to_a_person() == set(), "what is named is there"
    assert not given & set(NOT_GIVEN)
    assert len(given) == len(HELD)
    assert all(len(reason.split()) > 3 for reason in NOT_GIVEN.values())


def test_every_column_is_there_and_none_leads_to_another_person() -> None:
    for held in HELD:
        model: type[Model] = apps.get_model(held.model)
        assert held.words().strip(": ")
        for column in held.columns:
            field: Any = model._meta.get_field(column.partition("__")[0])
            assert not (field.is_relation and field.related_model is User), (held.code, column)
            assert not {"password", "data", "token_hash", "key"} & {column}, (held.code, column)
    assert {model._meta.model_name for model in historical_models()} > {"historicaloffer", "historicalaffiliation"}


def test_a_person_gets_its_own(client: Client, focal_point: User) -> None:
    affiliation = focal_point.affiliations.get()
    affiliation.save()
    agency = affiliation.agency
    offer = OfferFactory(country=None, agency=agency, title="Our drafted offer", contact_person=focal_point)
    Offer.objects.filter(pk=offer.pk).update(submitted_by=focal_point)
    Mail.objects.create(kind="proposed", key="x", to_address=focal_point.email, to_user=focal_point)
    data = file_of(client, focal_point)
    assert data["account"]["rows"][0]["email"] == focal_point.email
    assert data["directory.Affiliation.user"]["rows"][0]["agency__name"] == agency.name
    assert data["directory.HistoricalAffiliation.user"]["rows"]
    assert data["designations"]["rows"][0]["reference"]
    for by in ("contact_person", "submitted_by"):
        assert [row["title"] for row in data[f"surveys.Offer.{by}"]["rows"]] == ["Our drafted offer"], by
    assert [row["kind"] for row in data["directory.Mail.to_user"]["rows"]] == ["proposed"]
    assert data["session"]["rows"][0]["ends_at_the_latest"]
    assert "password" not in json.dumps(data["account"]["rows"])


def test_nothing_of_others_is_in_it(client: Client, focal_point: User, other_focal_point: User) -> None:
    name, email, phone = OTHERS
    User.objects.filter(pk=other_focal_point.pk).update(full_name=name, email=email, phone=phone)
    other = User.objects.get(pk=other_focal_point.pk)
    offer = OfferFactory(
        country=None, agency=other.affiliations.get().agency, title="Their secret draft", contact=f"{name}, {phone}"
    )
    # As after a move to another agency: the row still says who submitted it, and is no longer his to read.
    Offer.objects.filter(pk=offer.pk).update(submitted_by=focal_point, contact_person=other)
    Mail.objects.create(kind="proposed", key="x", to_address=other.email, to_user=other)
    said = json.dumps(file_of(client, focal_point))
    for theirs in (*OTHERS, "Their secret draft"):
        assert theirs not in said
    assert f'"pk": {offer.pk}' in said, "that it was submitted is the person's own"


def test_the_table_says_the_same_in_words(client: Client, focal_point: User) -> None:
    client.force_login(focal_point)
    response: Any = client.get(reverse("workspace:own-data", args=["xlsx"]))
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert ("Your account", 1, "email", focal_point.email) in rows
    assert any(row[0] == "Where you serve" and row[2] == "agency name" for row in rows)


def test_the_same_number_of_queries_for_one_row_and_for_many(
    client: Client, focal_point: User, django_assert_num_queries: Any
) -> None:
    client.force_login(focal_point)
    address = reverse("workspace:own-data", args=["json"])
    client.get(address)
    # Session, account and standing; a query a line of HELD, and one more for each that has titles; two parts besides,
    # and one for each kind of history.
    number = 3 + len(HELD) + 4 + 1 + len(historical_models())
    for turn in range(2):
        with django_assert_num_queries(number):
            client.get(address)
        for count in range(20):
            Mail.objects.create(
                kind="proposed", key=f"x{turn}-{count}", to_address=focal_point.email, to_user=focal_point
            )
            OfferFactory(country=None, agency=focal_point.affiliations.get().agency, contact_person=focal_point)


def test_nobody_asks_without_end(client: Client, focal_point: User) -> None:
    client.force_login(focal_point)
    address = reverse("workspace:own-data", args=["json"])
    most = int(OwnDataThrottle.rate.partition("/")[0])
    assert [client.get(address).status_code for _turn in range(most + 1)] == [200] * most + [429]
    refused = client.get(address)
    assert 0 < int(refused["Retry-After"]) <= 3601
    client.force_login(UserFactory(email="another@example.org"))
    assert client.get(address).status_code == 200


def test_other_formats_are_not_there_and_nobody_else_s_is(client: Client, focal_point: User) -> None:
    assert client.get(reverse("workspace:own-data", args=["json"])).status_code == 302
    client.force_login(focal_point)
    assert client.get(reverse("workspace:own-data", args=["csv"])).status_code == 404
    assert client.post(reverse("workspace:own-data", args=["json"])).status_code == 405
