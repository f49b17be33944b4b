"""A key whose person has left: told once, ended a month later, unless adopted; and reminders before the last day."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from directory.choices import KeyScope, KeyState, Role
from directory.keys import departures, ending, reminding
from directory.mail.rendering import render
from directory.models import Affiliation, Agency, ApiKey, Mail, User
from directory.people import leaving
from ssc_portal.running import daily
from tests.api import ROOT, client_of
from tests.factories import ApiKeyFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def agency(focal_point: User) -> Agency:
    """The focal point's."""
    return focal_point.affiliations.get().agency


@pytest.fixture
def key(focal_point: User, agency: Agency) -> ApiKey:
    """A key that the focal point answers for."""
    return ApiKeyFactory(agency=agency, accountable=focal_point)


def today() -> dt.date:
    return timezone.now().date()


def told() -> list[str]:
    return list(Mail.objects.filter(kind="key_left").values_list("to_address", flat=True))


def _leaves(person: User, manager: User) -> None:
    leaving.leave(affiliation=person.affiliations.get(), by=person)


def _is_erased(person: User, manager: User) -> None:
    leaving.erase(person)


def _is_deactivated_in_the_admin(person: User, manager: User) -> None:
    form = {"email": person.email, "full_name": person.full_name}
    _post(manager, reverse("admin:directory_user_change", args=[person.pk]), form | _no_rows())


def _is_given_a_last_day_in_the_admin(person: User, manager: User) -> None:
    row = person.affiliations.get()
    values = {"user": row.user_id, "agency": row.agency_id, "role": row.role, "valid_until": "2020-01-01"}
    _post(manager, reverse("admin:directory_affiliation_change", args=[row.pk]), values)


def _ends_by_a_date(person: User, manager: User) -> None:
    Affiliation.objects.filter(user=person).update(valid_until=today() - dt.timedelta(days=1))
    daily.PARTS["keys that nobody answers for"](today())


def _no_rows() -> dict[str, str]:
    return {
        f"{inline}-{name}": "0"
        for inline in ("affiliations", "affiliations-2", "account_events")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }


def _post(manager: User, address: str, values: dict[str, Any]) -> None:
    response = client_of(manager).post(address, values)
    assert response.status_code == 302, response.context["errors"]


@pytest.mark.parametrize(
    "leave",
    [_leaves, _is_erased, _is_deactivated_in_the_admin, _is_given_a_last_day_in_the_admin, _ends_by_a_date],
)
def test_by_whatever_door_managers_are_told_once_and_it_ends_a_month_later(
    leave: Any, key: ApiKey, focal_point: User, manager: User
) -> None:
    leave(focal_point, manager)
    key.refresh_from_db()
    assert key.adopt_by == today() + dt.timedelta(days=30)
    assert key.state_on(today()) == KeyState.TO_ADOPT
    assert told() == [manager.email]
    assert key.history.first().history_change_reason == "left"
    assert client_of(key).get(f"{ROOT}/").status_code == 200
    assert departures.note_departures(today() + dt.timedelta(days=2)) == 0
    assert told() == [manager.email]
    assert not ApiKey.objects.in_force(today() + dt.timedelta(days=31)).exists()


def test_a_deactivated_person_s_key_reads_on_and_writes_no_more(focal_point: User, agency: Agency) -> None:
    key: Any = ApiKeyFactory(agency=agency, accountable=focal_point, scopes=[KeyScope.WRITE_POSTINGS])
    User.objects.filter(pk=focal_point.pk).update(is_active=False)
    response = client_of(key).get(f"{ROOT}/offers/")
    assert response.status_code == 200
    reader: Any = response.wsgi_request.user
    assert reader.accountable == focal_point


def test_who_stays_keeps_its_keys(key: ApiKey, focal_point: User, manager: User) -> None:
    focal_point.affiliations.get().designations.update(ended_at=timezone.now())  # a new letter may be on its way
    assert departures.note_departures(today()) == 0
    key.refresh_from_db()
    assert (key.adopt_by, told()) == (None, [])


def test_a_manager_s_keys_need_a_manager(manager: User, agency: Agency) -> None:
    Affiliation.objects.create(user=manager, agency=agency, role=Role.FOCAL_POINT)
    fits = ApiKeyFactory(agency=agency, accountable=manager, scopes=[KeyScope.READ_MATCHES])
    public = ApiKeyFactory(agency=agency, accountable=manager)
    Affiliation.objects.filter(user=manager, role=Role.MANAGER).update(ended_at=timezone.now())
    other = UserFactory(role=Role.MANAGER)
    assert departures.note_departure(manager) == 1
    fits.refresh_from_db()
    public.refresh_from_db()
    assert (fits.adopt_by is None, public.adopt_by is None) == (False, True)
    assert told() == [other.email]


def test_what_is_over_is_left_alone(focal_point: User, agency: Agency, manager: User) -> None:
    ApiKeyFactory(agency=agency, accountable=focal_point, expires_on=today() - dt.timedelta(days=1))
    revoked = ApiKeyFactory(agency=agency, accountable=focal_point)
    ending.revoke(key=revoked, by=focal_point)
    User.objects.filter(pk=focal_point.pk).update(is_active=False)
    assert departures.note_departures(today()) == 0


@pytest.mark.locks
def test_the_mail_says_which_key_and_falls_when_it_is_adopted(
    key: ApiKey, focal_point: User, manager: User, agency: Agency
) -> None:
    colleague = UserFactory(role=Role.FOCAL_POINT, role__agency=agency)
    _leaves(focal_point, manager)
    mail = Mail.objects.get(kind="key_left")
    rendered = render(mail)
    assert rendered is not None
    assert key.public_part in rendered.text
    assert str(key.agency) in rendered.html
    assert "/workspace/keys/" in rendered.text
    ending.adopt(key=key, by=colleague)
    assert render(mail) is None
    colleague.affiliations.get().designations.update(ended_at=timezone.now())
    leaving.leave(affiliation=colleague.affiliations.get(), by=colleague)
    assert told() == [manager.email] * 2


def test_it_costs_the_same_for_many(django_assert_num_queries: Any, agency: Agency) -> None:
    for count in (1, 20):
        ApiKeyFactory.create_batch(count, agency=agency)
        with django_assert_num_queries(4):  # savepoint, keys, affiliations, savepoint
            departures.note_departures(today())


def test_erasing_a_person_takes_its_name_out_of_keys(focal_point: User, agency: Agency) -> None:
    key = ApiKeyFactory(agency=agency, accountable=focal_point, name=f"Laptop of {focal_point.full_name.upper()}, 3")
    key.save()
    other = ApiKeyFactory(agency=agency, name=f"Of {focal_point.full_name}, whom others mean")
    leaving.erase(focal_point)
    key.refresh_from_db()
    assert key.name == "Laptop of …, 3"
    assert {row.name for row in key.history.all()} == {"Laptop of …, 3"}
    other.refresh_from_db()
    assert focal_point.full_name in other.name


# --- Reminders


@pytest.mark.parametrize(
    ("made_days_ago", "left", "marks"),
    [
        (300, 31, []),
        (300, 30, [30]),
        (300, 8, [30]),
        (300, 7, [7]),
        (300, 0, [7]),
        (1, 20, []),
        (1, 6, []),
        (10, 5, [7]),
    ],
)
def test_a_reminder_is_written_once_for_each_mark(
    focal_point: User, agency: Agency, made_days_ago: int, left: int, marks: list[int]
) -> None:
    ApiKeyFactory(
        agency=agency,
        accountable=focal_point,
        made_at=timezone.now() - dt.timedelta(days=made_days_ago),
        expires_on=today() + dt.timedelta(days=left),
    )
    for _again in range(2):
        reminding.write_reminders(today())
    mails = Mail.objects.filter(kind="key_expiring")
    assert [int(mail.key.rpartition(":")[2]) for mail in mails] == marks
    assert {mail.to_user for mail in mails} <= {focal_point}


def test_day_by_day_there_are_two(focal_point: User, agency: Agency) -> None:
    key = ApiKeyFactory(agency=agency, accountable=focal_point, expires_on=today() + dt.timedelta(days=50))
    written = [reminding.write_reminders(today() + dt.timedelta(days=day)) for day in range(60)]
    assert {day: count for day, count in enumerate(written) if count} == {20: 1, 43: 1}
    rendered = render(Mail.objects.filter(kind="key_expiring")[0])
    assert rendered is not None
    assert key.public_part in rendered.text
    assert rendered.headers["List-Unsubscribe"]


def test_of_what_is_replaced_or_left_nobody_is_reminded(focal_point: User, agency: Agency) -> None:
    soon = {"expires_on": today() + dt.timedelta(days=5), "made_at": timezone.now() - dt.timedelta(days=100)}
    replaced = ApiKeyFactory(agency=agency, accountable=focal_point, **soon)
    ApiKeyFactory(agency=agency, accountable=focal_point, replaces=replaced)
    ApiKeyFactory(agency=agency, accountable=focal_point, adopt_by=today() + dt.timedelta(days=5), **soon)
    assert reminding.write_reminders(today()) == 0
