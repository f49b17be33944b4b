"""Who makes which keys for whom, what is kept of them, and how one follows another."""

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone

from directory.choices import AgencyKind, KeyScope, KeyState, Role
from directory.keys import ending, making
from directory.keys.entitled import KeyRefused, agencies_for, keys_of, scopes_for
from directory.models import Affiliation, Agency, ApiKey, User
from tests.factories import AgencyFactory, ApiKeyFactory, CountryFactory, SecretariatFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PUBLIC, MATCHES, WRITE = KeyScope.READ_PUBLIC, KeyScope.READ_MATCHES, KeyScope.WRITE_POSTINGS


@pytest.fixture
def institute(db: None) -> Agency:
    """An agency of the coordinator's country, which is not the focal point's."""
    return AgencyFactory(code="institute", country=CountryFactory(iso3="THA"), kind=AgencyKind.TRAINING_INSTITUTION)


def agency_of(person: User) -> Agency:
    return person.affiliations.get().agency


def today() -> dt.date:
    return timezone.now().date()


def make(by: User, agency: Agency, scopes: Any = (PUBLIC,), **more: Any) -> making.NewKey:
    return making.make(by=by, agency=agency, name="Nightly copy", scopes=scopes, **more)


def test_of_a_key_only_its_digest_is_kept(focal_point: User) -> None:
    made = make(focal_point, agency_of(focal_point))
    key = ApiKey.objects.get()
    assert re.fullmatch(r"ssc_[0-9a-f]{8}_[0-9a-f]{64}", made.secret)
    assert made.secret.startswith(f"{key.public_part}_")
    assert made.secret not in repr(made)
    columns = [*ApiKey.objects.values_list().get(), *ApiKey.history.values_list().get()]
    rest = made.secret.rpartition("_")[2]
    assert not any(rest in str(value) for value in columns)
    assert not any(key.digest == value for value in ApiKey.history.values_list().get())
    assert (key.made_by, key.accountable, key.expires_on) == (focal_point, focal_point, today() + making.LONGEST)
    record = key.history.get()
    assert (record.history_type, record.history_user, record.history_change_reason) == ("+", focal_point, "made")


def test_no_two_secrets_are_alike(focal_point: User) -> None:
    made = {make(focal_point, agency_of(focal_point)).secret for _n in range(5)}
    assert len(made) == 5


@pytest.mark.parametrize("scopes", [[PUBLIC], [WRITE], [WRITE, PUBLIC], ["read:public", "read:public"]])
def test_a_focal_point_makes_keys_for_its_agency(focal_point: User, scopes: list[str]) -> None:
    made = make(focal_point, agency_of(focal_point), scopes)
    assert made.key.scopes == [scope for scope in KeyScope if scope in scopes]


def test_a_coordinator_makes_them_for_the_agencies_of_its_country(coordinator: User, institute: Agency) -> None:
    institute.country = agency_of(coordinator).country
    institute.save()
    assert make(coordinator, institute, [WRITE]).key.agency == institute


def test_a_manager_makes_reading_keys_for_any_agency(manager: User, institute: Agency) -> None:
    partner = AgencyFactory(country=None, kind=AgencyKind.UN_ENTITY)
    for agency in (institute, partner):
        assert make(manager, agency, [PUBLIC, MATCHES]).key.scopes == [PUBLIC, MATCHES]
        with pytest.raises(KeyRefused, match="only where you may post yourself"):
            make(manager, agency, [WRITE])


def test_the_others_make_none(focal_point: User, coordinator: User, reviewer: User) -> None:
    own = agency_of(focal_point)
    partner = UserFactory(role=Role.PARTNER, role__agency=own)
    undesignated = UserFactory(role=Role.FOCAL_POINT, role__agency=own, role__designated=False)
    inactive = UserFactory(role=Role.FOCAL_POINT, role__agency=own, is_active=False)
    abroad = UserFactory(role=Role.COORDINATOR, role__agency=AgencyFactory(country=CountryFactory(iso3="FJI")))
    without = UserFactory(role=Role.MANAGER, role__second_factor=False)
    for person in (partner, undesignated, inactive, abroad, reviewer, without, UserFactory()):
        with pytest.raises(KeyRefused):
            make(person, own)
    assert not ApiKey.objects.exists()


def test_only_managers_give_computed_fits(focal_point: User) -> None:
    with pytest.raises(KeyRefused, match="Only managers of the secretariat"):
        make(focal_point, agency_of(focal_point), [PUBLIC, MATCHES])


@pytest.mark.parametrize("scopes", [[], ["read:everything"], ["read:public", "admin"], [""], ["READ:PUBLIC"]])
def test_scopes_are_of_the_list(manager: User, institute: Agency, scopes: list[str]) -> None:
    with pytest.raises(KeyRefused, match="Choose what the key may be used for"):
        make(manager, institute, scopes)


def test_neither_the_secretariat_nor_an_agency_of_no_further_use_has_keys(manager: User, institute: Agency) -> None:
    for agency in (SecretariatFactory(), AgencyFactory(is_active=False)):
        with pytest.raises(KeyRefused, match="can have no key"):
            make(manager, agency)


@pytest.mark.parametrize(("days", "message"), [(-1, "passed already"), (366, "one year at most"), (3_000, "one year")])
def test_a_key_ends_within_a_year(manager: User, institute: Agency, days: int, message: str) -> None:
    with pytest.raises(KeyRefused, match=message):
        make(manager, institute, expires_on=today() + dt.timedelta(days=days))
    for right in (0, 365):
        make(manager, institute, expires_on=today() + dt.timedelta(days=right))


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "\0", "\ud800", "x" * 101, "x" * 100_000])
def test_a_name_has_to_be_one(manager: User, institute: Agency, name: str) -> None:
    with pytest.raises(KeyRefused, match="name"):
        making.make(by=manager, agency=institute, name=name, scopes=[PUBLIC])


def test_a_name_is_kept_on_one_line(manager: User, institute: Agency) -> None:
    made = making.make(by=manager, agency=institute, name=" Night\nly\t<b>copy\0\ud800\u202e ", scopes=[PUBLIC])
    made.key.refresh_from_db()
    assert made.key.name == "Night ly <b>copy"


def test_an_agency_has_so_many_at_most(manager: User, institute: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST_KEYS", 2)
    ApiKeyFactory(agency=institute, expires_on=today() - dt.timedelta(days=1))
    first = make(manager, institute).key
    make(manager, institute)
    with pytest.raises(KeyRefused, match="2 keys already"):
        make(manager, institute)
    ending.revoke(key=first, by=manager)
    make(manager, institute)


# --- One that follows another


@pytest.mark.locks
def test_a_successor_takes_over_while_both_work_for_a_week(focal_point: User) -> None:
    old = make(focal_point, agency_of(focal_point), [WRITE, PUBLIC]).key
    new = making.rotate(key=old, by=focal_point).key
    old = ApiKey.objects.get(pk=old.pk)
    assert (new.name, new.scopes, new.agency, new.replaces) == (old.name, old.scopes, old.agency, old)
    assert (old.expires_on, new.expires_on) == (today() + dt.timedelta(days=7), today() + making.LONGEST)
    assert old.digest != new.digest
    assert (old.state_on(today()), new.state_on(today())) == (KeyState.REPLACED, KeyState.IN_FORCE)
    assert old.history.first().history_change_reason == "replaced"
    assert ApiKey.objects.in_force(today()).count() == 2
    assert ApiKey.objects.in_force(today() + dt.timedelta(days=8)).get() == new


def test_an_overlap_never_makes_a_key_last_longer(focal_point: User) -> None:
    old = make(focal_point, agency_of(focal_point), expires_on=today() + dt.timedelta(days=2)).key
    making.rotate(key=old, by=focal_point, overlap_days=30)
    old.refresh_from_db()
    assert old.expires_on == today() + dt.timedelta(days=2)


@pytest.mark.parametrize("overlap_days", [-1, 31, 10**9])
def test_an_overlap_has_bounds(focal_point: User, overlap_days: int) -> None:
    old = make(focal_point, agency_of(focal_point)).key
    with pytest.raises(KeyRefused, match="at most 30 days"):
        making.rotate(key=old, by=focal_point, overlap_days=overlap_days)
    assert ApiKey.objects.count() == 1


def test_a_key_has_one_successor_and_a_dead_one_none(focal_point: User) -> None:
    old = make(focal_point, agency_of(focal_point)).key
    new = making.rotate(key=old, by=focal_point).key
    with pytest.raises(KeyRefused, match="has a successor already"):
        making.rotate(key=old, by=focal_point)
    ending.revoke(key=new, by=focal_point)
    with pytest.raises(KeyRefused, match="works no more"):
        making.rotate(key=new, by=focal_point)


def test_who_could_not_make_it_does_not_replace_it(focal_point: User, manager: User, other_focal_point: User) -> None:
    own = agency_of(focal_point)
    fits, writing = make(manager, own, [MATCHES]).key, make(focal_point, own, [WRITE]).key
    for key, by in ((fits, focal_point), (writing, manager), (writing, other_focal_point)):
        with pytest.raises(KeyRefused):
            making.rotate(key=key, by=by)
        with pytest.raises(KeyRefused):
            ending.adopt(key=key, by=by)


# --- Ending one, and taking one over


def test_revoking_is_at_once_and_twice_is_once(focal_point: User, manager: User) -> None:
    key = make(focal_point, agency_of(focal_point)).key
    ending.revoke(key=key, by=focal_point)
    row = ending.revoke(key=key, by=manager)
    assert (row.revoked_by, row.state_on(today())) == (focal_point, KeyState.REVOKED)
    assert not ApiKey.objects.in_force(today()).exists()
    assert [one.history_change_reason for one in key.history.all()] == ["revoked", "made"]


def test_strangers_revoke_nothing(focal_point: User, other_focal_point: User, reviewer: User) -> None:
    key = make(focal_point, agency_of(focal_point)).key
    for person in (other_focal_point, reviewer, UserFactory()):
        with pytest.raises(KeyRefused):
            ending.revoke(key=key, by=person)


def test_who_answers_for_a_key_may_end_it_whatever_its_rights_by_now(focal_point: User) -> None:
    key = make(focal_point, agency_of(focal_point)).key
    Affiliation.objects.update(ended_at=timezone.now())
    assert ending.revoke(key=key, by=User.objects.get(pk=focal_point.pk)).revoked_at is not None


def test_adopting_makes_another_answer_for_it(focal_point: User, coordinator: User) -> None:
    own = agency_of(focal_point)
    colleague = UserFactory(role=Role.FOCAL_POINT, role__agency=own)
    key = ApiKeyFactory(agency=own, accountable=focal_point, scopes=[WRITE], adopt_by=today())
    row = ending.adopt(key=key, by=colleague)
    assert (row.accountable, row.made_by, row.adopt_by) == (colleague, focal_point, None)
    assert key.history.first().history_change_reason == "adopted"
    ending.adopt(key=key, by=colleague)
    assert key.history.count() == 1


def test_what_is_over_is_adopted_by_nobody(focal_point: User) -> None:
    key = ApiKeyFactory(agency=agency_of(focal_point), accountable=focal_point, adopt_by=today() - dt.timedelta(days=1))
    with pytest.raises(KeyRefused, match="works no more"):
        ending.adopt(key=key, by=focal_point)


# --- What each may see and choose


def test_each_sees_the_keys_it_manages(
    focal_point: User, other_focal_point: User, manager: User, reviewer: User
) -> None:
    own, other = ApiKeyFactory(agency=agency_of(focal_point)), ApiKeyFactory(agency=agency_of(other_focal_point))
    assert set(keys_of(focal_point)) == {own}
    assert set(keys_of(manager)) == {own, other}
    assert not keys_of(reviewer).exists()
    assert list(agencies_for(focal_point)) == [own.agency]
    assert set(agencies_for(manager)) == set(Agency.objects.exclude(kind=AgencyKind.SECRETARIAT))
    assert scopes_for(focal_point) == [PUBLIC, WRITE]
    assert scopes_for(manager) == [PUBLIC, MATCHES]
