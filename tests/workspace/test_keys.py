"""The page of keys: a secret shown once, steps by whom they are for, and nothing of a secret anywhere after."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.choices import KeyScope, Role
from directory.models import Agency, ApiKey, Mail, User
from tests.api import ROOT, client_of
from tests.factories import AgencyFactory, ApiKeyFactory, CountryFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PAGE = "/workspace/keys/"
SECRET = re.compile(r"ssc_[0-9a-f]{8}_[0-9a-f]{64}")


@pytest.fixture
def agency(focal_point: User) -> Agency:
    """The focal point's."""
    return focal_point.affiliations.get().agency


def typed(agency: Agency, **more: Any) -> dict[str, Any]:
    """The form, as it is filled in."""
    day = timezone.now().date() + dt.timedelta(days=100)
    return {
        "name": "Nightly copy",
        "agency": agency.pk,
        "scopes": ["read:public"],
        "expires_on": day.isoformat(),
        "form_key": str(uuid.uuid4()),
        **more,
    }


def test_a_key_is_shown_in_the_answer_and_never_again(focal_point: User, agency: Agency, caplog: Any) -> None:
    client = client_of(focal_point)
    response = client.post(PAGE, typed(agency, scopes=["read:public", "write:postings"]))
    (secret,) = SECRET.findall(response.content.decode())
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies.get("messages")
    opened = Client().get(f"{ROOT}/", HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert opened.status_code == 200
    key = ApiKey.objects.get()
    rest = secret.rpartition("_")[2]
    for address in (PAGE, f"{PAGE}?show=ended", "/workspace/profile/own-data.json", "/workspace/"):
        content = client.get(address).content.decode()
        assert rest not in content
        assert key.digest not in content
    for kept in (*Session.objects.all(), *Mail.objects.values_list("about", flat=True)):
        assert rest not in str(getattr(kept, "get_decoded", lambda kept=kept: kept)())
    assert rest not in caplog.text
    assert key.digest not in caplog.text


def test_nothing_of_the_secret_reaches_the_admin(manager: User) -> None:
    key: Any = ApiKeyFactory()
    key.save()
    client = client_of(manager)
    for name, args in (("changelist", []), ("change", [key.pk]), ("history", [key.pk])):
        response = client.get(reverse(f"admin:directory_apikey_{name}", args=args))
        content = response.content.decode()
        assert response.status_code == 200
        assert key.digest not in content
        assert key.secret not in content
        assert key.public_part in content or name == "history"
    version = reverse("admin:directory_apikey_simple_history", args=[key.pk, key.history.get().pk])
    assert key.digest not in client.get(version).content.decode()


def test_a_form_sent_twice_makes_one_key(focal_point: User, agency: Agency) -> None:
    client, form = client_of(focal_point), typed(agency)
    assert client.post(PAGE, form).status_code == 200
    again = client.post(PAGE, form)
    assert again.status_code == 422
    assert b"has made its key" in again.content
    assert not SECRET.search(again.content.decode())
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "\u202e"},
        {"agency": "0"},
        {"agency": "x"},
        {"scopes": []},
        {"scopes": ["read:matches"]},
        {"scopes": ["admin"]},
        {"expires_on": ""},
        {"expires_on": "2020-01-01"},
        {"expires_on": "2999-01-01"},
        {"expires_on": "soon"},
        {"form_key": "x"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(focal_point: User, agency: Agency, wrong: dict[str, Any]) -> None:
    response = client_of(focal_point).post(PAGE, typed(agency) | wrong)
    assert response.status_code == 422
    assert not ApiKey.objects.exists()


def test_another_agency_s_keys_are_not_there(focal_point: User, other_focal_point: User, agency: Agency) -> None:
    key = ApiKeyFactory(agency=agency, accountable=focal_point)
    stranger = client_of(other_focal_point)
    assert key.public_part not in stranger.get(PAGE).content.decode()
    for address in (f"revoke/{key.pk}/", f"adopt/{key.pk}/", f"{key.pk}/replace/"):
        assert stranger.post(f"{PAGE}{address}", {"overlap_days": 7}).status_code == 404
    assert stranger.post(PAGE, typed(agency)).status_code == 422
    assert ApiKey.objects.get().revoked_at is None


def test_steps_are_taken_by_those_they_are_for(focal_point: User, agency: Agency) -> None:
    client = client_of(focal_point)
    key = ApiKeyFactory(agency=agency, accountable=UserFactory(role=Role.FOCAL_POINT, role__agency=agency))
    assert client.post(f"{PAGE}adopt/{key.pk}/").status_code == 302
    key.refresh_from_db()
    assert key.accountable == focal_point
    shown = client.post(f"{PAGE}{key.pk}/replace/", {"overlap_days": "3"})
    assert SECRET.search(shown.content.decode())
    assert client.post(f"{PAGE}{key.pk}/replace/", {"overlap_days": "3"}).status_code == 302
    key.refresh_from_db()
    assert (key.expires_on - timezone.now().date()).days == 3
    assert client.post(f"{PAGE}revoke/{key.pk}/").status_code == 302
    key.refresh_from_db()
    assert key.revoked_by == focal_point
    assert ApiKey.objects.count() == 2
    assert client.post(f"{PAGE}delete/{key.pk}/").status_code == 404


@pytest.mark.parametrize("days", ["", "31", "-1", "x", "9" * 100, "1.5"])
def test_an_overlap_that_cannot_be_is_refused(focal_point: User, agency: Agency, days: str) -> None:
    key = ApiKeyFactory(agency=agency, accountable=focal_point)
    response = client_of(focal_point).post(f"{PAGE}{key.pk}/replace/", {"overlap_days": days}, follow=True)
    assert "for 0 to 30 days" in response.content.decode()
    assert ApiKey.objects.count() == 1


def test_what_cannot_be_done_is_not_offered(focal_point: User, agency: Agency, manager: User) -> None:
    ApiKeyFactory(agency=agency, accountable=manager, scopes=[KeyScope.READ_MATCHES])
    content = client_of(focal_point).get(PAGE).content.decode()
    assert "Revoke it" in content
    assert "Replace it" not in content
    assert "Adopt" not in content
    assert "read:matches" not in content.partition("<form")[2]


def test_lists_by_what_became_of_them(focal_point: User, agency: Agency, manager: User) -> None:
    today = timezone.now().date()
    names: dict[str, dict[str, Any]] = {
        "Working": {},
        "Left behind": {"adopt_by": today},
        "Over": {"expires_on": today - dt.timedelta(days=1)},
        "Gone": {"revoked_at": timezone.now(), "revoked_by": focal_point},
        "Not adopted": {"adopt_by": today - dt.timedelta(days=1)},
    }
    for name, values in names.items():
        ApiKeyFactory(agency=agency, accountable=focal_point, name=name, **values)
    shown = {
        show: [key.name for key in client_of(focal_point).get(PAGE, {"show": show} if show else {}).context["keys"]]
        for show in ("", "to_adopt", "ended")
    }
    assert shown == {
        "": ["Left behind", "Working"],
        "to_adopt": ["Left behind"],
        "ended": ["Not adopted", "Gone", "Over"],
    }
    assert client_of(focal_point).get(PAGE, {"show": "x"}).status_code == 404
    by_state = {
        state: [
            key.name
            for key in client_of(manager)
            .get(reverse("admin:directory_apikey_changelist"), {"state": state})
            .context["cl"]
            .queryset
        ]
        for state in ("in_force", "to_adopt", "replaced", "expired", "revoked")
    }
    assert by_state == {
        "in_force": ["Working"],
        "to_adopt": ["Left behind"],
        "replaced": [],
        "expired": ["Not adopted", "Over"],
        "revoked": ["Gone"],
    }


def test_a_manager_sees_and_finds_all(manager: User, agency: Agency) -> None:
    partner = AgencyFactory(name="Érable Fund", country=None)
    ApiKeyFactory(agency=partner, name="Theirs", accountable=manager, scopes=[KeyScope.READ_MATCHES])
    ApiKeyFactory(agency=agency, name="Ours")
    client = client_of(manager)
    assert {key.name for key in client.get(PAGE).context["keys"]} == {"Theirs", "Ours"}
    assert [key.name for key in client.get(PAGE, {"q": "erable"}).context["keys"]] == ["Theirs"]
    assert [key.name for key in client.get(PAGE, {"q": "OUR"}).context["keys"]] == ["Ours"]
    made = client.post(PAGE, typed(partner, scopes=["read:public", "read:matches"]))
    assert SECRET.search(made.content.decode())
    refused = client.post(PAGE, typed(partner, scopes=["write:postings"]))
    assert refused.status_code == 422
    listed = client.get(reverse("admin:directory_apikey_changelist"), {"scope": "read:matches"})
    assert {key.agency for key in listed.context["cl"].queryset} == {partner}


def test_managers_act_on_many_in_the_admin(manager: User, focal_point: User, agency: Agency) -> None:
    mine = ApiKeyFactory(agency=agency, accountable=focal_point)
    writes = ApiKeyFactory(agency=agency, accountable=focal_point, scopes=[KeyScope.WRITE_POSTINGS])
    address = reverse("admin:directory_apikey_changelist")
    chosen = {"_selected_action": [mine.pk, writes.pk]}
    said = client_of(manager).post(address, {"action": "adopt", **chosen}, follow=True).content.decode()
    assert "1 key changed." in said
    assert "only where you may post yourself" in said
    client_of(manager).post(address, {"action": "revoke", **chosen})
    assert set(ApiKey.objects.values_list("revoked_by", "accountable")) == {
        (manager.pk, manager.pk),
        (manager.pk, focal_point.pk),
    }


def test_a_coordinator_sees_the_keys_of_its_country(coordinator: User) -> None:
    at_home = ApiKeyFactory(agency=AgencyFactory(country=coordinator.affiliations.get().agency.country))
    ApiKeyFactory(agency=AgencyFactory(country=CountryFactory(iso3="FJI")))
    assert [key.pk for key in client_of(coordinator).get(PAGE).context["keys"]] == [at_home.pk]


def test_who_has_no_letter_is_told_so(agency: Agency) -> None:
    person = UserFactory(role=Role.FOCAL_POINT, role__agency=agency, role__designated=False)
    response = client_of(person).get(PAGE)
    assert response.status_code == 403
    assert "designation" in response.content.decode()


def test_it_costs_the_same_for_many(manager: User, agency: Agency, django_assert_num_queries: Any) -> None:
    client = client_of(manager)
    ApiKeyFactory(agency=agency)
    client.get(PAGE)
    for _count in (1, 20):
        with django_assert_num_queries(6):  # session, person, affiliations, count, keys, agencies to choose from
            client.get(PAGE)
        ApiKeyFactory.create_batch(19, agency=agency)
