"""The directory in the admin: who may do what, history, and as many queries at 200 rows as at 10."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory.choices import MembershipStatus, Role
from directory.models import (
    Affiliation,
    Agency,
    AgencyFact,
    Country,
    CountryAlias,
    CountryGroup,
    GroupMembership,
    Modality,
    PriorityArea,
    User,
)
from tests.factories import (
    PASSWORD,
    AgencyFactory,
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    ModalityFactory,
    UserFactory,
)

REFERENCE = (Country, CountryAlias, CountryGroup, GroupMembership, PriorityArea, Modality, Agency)
ACCOUNTS = (User, Affiliation)
FEW, MANY = 10, 200


def url(model: type[Model], view: str, *args: Any) -> str:
    return reverse(f"admin:directory_{model._meta.model_name}_{view}", args=args)


@pytest.fixture
def as_manager(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


@pytest.fixture
def as_reviewer(client: Client, reviewer: User) -> Client:
    client.force_login(reviewer)
    return client


@pytest.fixture
def rows(manager: User) -> dict[type[Model], Any]:
    """One row of each model."""
    membership = GroupMembershipFactory(group__code="LDC", country__iso3="KHM", valid_to=dt.date(2029, 12, 19))
    agency = AgencyFactory(country=membership.country)
    return {
        Country: membership.country,
        CountryAlias: CountryAlias.objects.create(country=membership.country, text="Kampuchea"),
        CountryGroup: membership.group,
        GroupMembership: membership,
        PriorityArea: AreaFactory(code="energy"),
        Modality: ModalityFactory(code="training"),
        Agency: agency,
        User: UserFactory(role=Role.FOCAL_POINT, role__agency=agency),
        Affiliation: Affiliation.objects.get(agency=agency),
    }


def form_values(response: Any) -> dict[str, Any]:
    """What a browser would send back from a change page: the form and its inlines."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is True:
                values[bound.html_name] = "on"
            elif value is not None and value is not False:
                values[bound.html_name] = value
    return values


# --- Who may do what ---


@pytest.mark.any_database
@pytest.mark.parametrize("cast", ["visitor", "focal_point", "other_focal_point", "coordinator", "partner"])
def test_the_admin_is_closed_to_all_but_the_secretariat(client, request, rows, cast):
    person = request.getfixturevalue(cast)
    if isinstance(person, User):
        client.force_login(person)
    for model, row in rows.items():
        for page in (
            url(model, "changelist"),
            url(model, "add"),
            url(model, "change", row.pk),
            url(model, "history", row.pk),
        ):
            assert client.get(page).status_code in (302, 403), page
    choices = {"app_label": "directory", "model_name": "countryalias", "field_name": "country"}
    assert client.get(reverse("admin:autocomplete"), choices).status_code in (302, 403)


@pytest.mark.any_database
def test_a_reviewer_looks_at_reference_data_and_changes_nothing(as_reviewer, rows):
    for model in REFERENCE:
        row = rows[model]
        before = model.objects.values().get(pk=row.pk)
        assert as_reviewer.get(url(model, "changelist")).status_code == 200
        page = as_reviewer.get(url(model, "change", row.pk))
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert as_reviewer.get(url(model, "history", row.pk)).status_code == 200
        assert as_reviewer.get(url(model, "add")).status_code == 403
        assert as_reviewer.post(url(model, "change", row.pk), {"is_active": ""}).status_code == 403
        assert as_reviewer.get(url(model, "delete", row.pk)).status_code == 403
        disable = {"action": "disable", "_selected_action": [row.pk]}
        as_reviewer.post(url(model, "changelist"), disable)
        assert model.objects.values().get(pk=row.pk) == before


@pytest.mark.any_database
def test_a_reviewer_does_not_see_accounts(as_reviewer, rows):
    for model in ACCOUNTS:
        assert as_reviewer.get(url(model, "changelist")).status_code == 403
        assert as_reviewer.get(url(model, "change", rows[model].pk)).status_code == 403
    assert rows[User].email not in as_reviewer.get(url(Agency, "change", rows[Agency].pk)).content.decode()


@pytest.mark.any_database
def test_a_reviewer_cannot_go_back_to_an_old_version(as_reviewer, rows):
    country = rows[Country]
    country.save()
    old = country.history.get()
    country.name_formal = "Kingdom of Cambodia"
    country.save()
    version = url(Country, "simple_history", country.pk, old.pk)

    assert as_reviewer.get(version).status_code == 200
    assert as_reviewer.post(version).status_code == 403
    country.refresh_from_db()
    assert country.name_formal == "Kingdom of Cambodia"


@pytest.mark.any_database
def test_a_manager_sees_every_page_and_deletes_nothing(as_manager, rows):
    for model, row in rows.items():
        for page in (url(model, "changelist"), url(model, "add"), url(model, "change", row.pk)):
            assert as_manager.get(page).status_code == 200, page
        assert as_manager.get(url(model, "history", row.pk)).status_code == 200
        assert as_manager.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        as_manager.post(url(model, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk],
                                                   "post": "yes"})  # fmt: skip
        assert model._default_manager.filter(pk=row.pk).exists()


def test_ids_that_no_row_can_have_are_answered(as_manager, rows):
    for model in rows:
        for wrong in ("nobody", "9" * 40, "a/b"):
            assert as_manager.get(url(model, "history", wrong)).status_code in (302, 404)
            assert as_manager.get(url(model, "change", wrong)).status_code in (302, 404)
    country = rows[Country]
    assert as_manager.get(url(Country, "simple_history", country.pk, "x")).status_code == 404
    assert as_manager.get(url(Country, "simple_history", country.pk, "9" * 40)).status_code == 404
    assert as_manager.get(url(Country, "simple_history", "nobody", 1)).status_code == 404


# --- Changing ---


def test_a_change_is_in_the_history_with_who_did_it(as_manager, manager, rows):
    page = url(GroupMembership, "change", rows[GroupMembership].pk)
    values = form_values(as_manager.get(page)) | {
        "status": MembershipStatus.CONFIRMED, "resolution": "A/RES/79/1", "source": "the resolution",
    }  # fmt: skip

    assert as_manager.post(page, values).status_code == 302

    latest = GroupMembership.history.first()
    assert (latest.resolution, latest.status, latest.history_user) == ("A/RES/79/1", "confirmed", manager)


def test_rows_added_on_anothers_page_have_history_too(as_manager, manager, rows):
    page = url(CountryGroup, "change", "LDC")
    response = as_manager.get(page)
    new = response.context["inline_admin_formsets"][1].formset.prefix
    values = form_values(response) | {
        f"{new}-TOTAL_FORMS": "1", f"{new}-0-country": CountryFactory(iso3="LAO").pk, f"{new}-0-status": "confirmed",
        f"{new}-0-source": "a test", f"{new}-0-group": "LDC",
    }  # fmt: skip

    response = as_manager.post(page, values)

    assert response.status_code == 302
    added = GroupMembership.objects.get(group="LDC", country="LAO")
    assert added.history.get().history_user == manager
    assert GroupMembership.objects.get(group="LDC", country="KHM").valid_to == dt.date(2029, 12, 19)


def test_the_parts_of_a_group_are_in_its_history(as_manager, manager, rows):
    CountryGroupFactory(code="PART")
    page = url(CountryGroup, "change", "LDC")

    as_manager.post(page, form_values(as_manager.get(page)) | {"parts": ["PART"]})

    assert [part.pk for part in CountryGroup.objects.get(pk="LDC").parts.all()] == ["PART"]
    latest = CountryGroup.history.filter(code="LDC").first()
    assert (latest.parts.count(), latest.history_user) == (1, manager)


@pytest.mark.any_database
def test_codes_stay(as_manager, rows):
    for model, field in (
        (Country, "iso3"),
        (CountryGroup, "code"),
        (PriorityArea, "code"),
        (Modality, "code"),
        (Agency, "code"),
        (GroupMembership, "country"),
    ):
        row = rows[model]
        before = str(getattr(row, field))
        page = url(model, "change", row.pk)
        response = as_manager.get(page)
        assert field not in response.context["adminform"].form.fields
        assert as_manager.post(page, form_values(response) | {field: "OTHER"}).status_code == 302
        row.refresh_from_db()
        assert str(getattr(row, field)) == before


def test_rows_are_disabled_and_enabled_together(as_manager, manager, rows):
    for model in REFERENCE:
        row = rows[model]
        for action, is_active in (("disable", False), ("disable", False), ("enable", True)):
            values = {"action": action, "_selected_action": [row.pk]}
            assert as_manager.post(url(model, "changelist"), values).status_code == 302
            row.refresh_from_db()
            assert row.is_active is is_active
        history = list(row.history.all()[:2])
        assert [entry.is_active for entry in history] == [True, False]
        assert {entry.history_user for entry in history} == {manager}


def test_disabling_a_derived_group_keeps_its_parts_in_the_history(as_manager, rows):
    rows[CountryGroup].parts.add(CountryGroupFactory(code="PART"))

    as_manager.post(url(CountryGroup, "changelist"), {"action": "disable", "_selected_action": ["LDC"]})

    assert CountryGroup.history.filter(code="LDC").first().parts.count() == 1


def test_search_is_folded_and_choices_are_those_in_use(as_manager, rows):
    CountryFactory(iso3="TUR", name="Türkiye")
    found = as_manager.get(url(Country, "changelist"), {"q": "TURKIYE"}).context["cl"].result_list
    assert [country.pk for country in found] == ["TUR"]

    choices = {"app_label": "directory", "model_name": "countryalias", "field_name": "country", "term": "turkıye"}
    assert [row["id"] for row in as_manager.get(reverse("admin:autocomplete"), choices).json()["results"]] == ["TUR"]
    Country.objects.filter(pk="TUR").update(is_active=False)
    assert as_manager.get(reverse("admin:autocomplete"), choices).json()["results"] == []


@pytest.mark.usefixtures("reference")
def test_the_memberships_to_verify_are_one_click_away(as_manager, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC))
    found = as_manager.get(url(GroupMembership, "changelist"), {"standing": "to_verify"}).context["cl"].result_list

    assert {membership.country_id for membership in found} == {"BGD", "LAO", "NPL"}
    page = as_manager.get(url(GroupMembership, "change", next(m.pk for m in found if m.country_id == "BGD")))
    assert "graduation scheduled for 24 November 2026, being verified (A/RES/76/8)" in page.content.decode()


# --- People ---


def test_an_account_is_made_with_or_without_a_password(as_manager):
    inlines = {
        key: value for key, value in form_values(as_manager.get(url(User, "add"))).items() if key.endswith(("_FORMS",))
    }
    with_password = {"email": "New@Example.org", "full_name": "New", "usable_password": "true",
                     "password1": PASSWORD, "password2": PASSWORD}  # fmt: skip
    without = {"email": "later@example.org", "full_name": "Later", "usable_password": "false"}

    assert as_manager.post(url(User, "add"), inlines | with_password).status_code == 302
    assert as_manager.post(url(User, "add"), inlines | without).status_code == 302

    assert User.objects.get(email="new@example.org").check_password(PASSWORD)
    assert not User.objects.get(email="later@example.org").has_usable_password()


@pytest.mark.any_database
@pytest.mark.parametrize("password", ["short", "123456789012", "password1234"])
def test_a_weak_password_is_refused(as_manager, password):
    values = {"email": "new@example.org", "usable_password": "true", "password1": password, "password2": password}

    assert as_manager.post(url(User, "add"), values).status_code == 200
    assert not User.objects.filter(email="new@example.org").exists()


def test_one_e_mail_is_one_account_whatever_its_case(as_manager, rows):
    values = {"email": rows[User].email.upper(), "usable_password": "false"}

    assert as_manager.post(url(User, "add"), values).status_code == 200
    assert User.objects.filter(email__iexact=rows[User].email).count() == 1


@pytest.mark.any_database
def test_no_page_shows_a_hash(as_manager, rows):
    person = rows[User]
    for page in (url(User, "changelist"), url(User, "change", person.pk), url(User, "history", person.pk)):
        content = as_manager.get(page).content.decode()
        assert person.password not in content
        assert "argon2" not in content


@pytest.mark.any_database
def test_saving_a_person_keeps_the_password(as_manager, rows):
    person = rows[User]
    page = url(User, "change", person.pk)

    assert as_manager.post(page, form_values(as_manager.get(page)) | {"full_name": "Renamed"}).status_code == 302

    person.refresh_from_db()
    assert (person.full_name, person.check_password(PASSWORD)) == ("Renamed", True)


def test_an_affiliation_is_added_and_ended_on_the_persons_page(as_manager, manager, rows):
    person = rows[User]
    page = url(User, "change", person.pk)
    response = as_manager.get(page)
    old, new, _events = (inline.formset.prefix for inline in response.context["inline_admin_formsets"])
    values = form_values(response) | {
        f"{old}-0-valid_until": "2026-12-31", f"{new}-TOTAL_FORMS": "1", f"{new}-0-user": person.pk,
        f"{new}-0-agency": AgencyFactory(code="second").pk, f"{new}-0-role": Role.FOCAL_POINT,
    }  # fmt: skip

    assert as_manager.post(page, values).status_code == 302

    first, second = person.affiliations.order_by("pk")
    assert first.valid_until == dt.date(2026, 12, 31)
    assert second.agency.code == "second"
    assert {first.history.first().history_user, second.history.first().history_user} == {manager}


@pytest.mark.any_database
@pytest.mark.parametrize(("role", "agency"), [(Role.MANAGER, "second"), (Role.FOCAL_POINT, "secretariat")])
def test_a_secretariat_role_is_given_in_the_secretariat_alone(as_manager, rows, role, agency):
    chosen = AgencyFactory(code="second") if agency == "second" else Agency.objects.get(code=agency)
    values = {"user": rows[User].pk, "agency": chosen.pk, "role": role}

    response = as_manager.post(url(Affiliation, "add"), values)

    assert response.status_code == 200
    assert "only they do" in str(response.context["errors"])
    assert rows[User].affiliations.count() == 1


# --- Queries ---


def make_countries(count: int) -> None:
    CountryFactory.create_batch(count)


def make_aliases(count: int) -> None:
    country = CountryFactory(iso3="KHM")
    rows = [CountryAlias(country=country, text=f"spelling {count} {number}") for number in range(count)]
    CountryAlias.objects.bulk_create(rows)


def make_members(count: int) -> None:
    group = CountryGroupFactory(code="LDC")
    memberships = [GroupMembership(group=group, country=row) for row in CountryFactory.create_batch(count)]
    GroupMembership.objects.bulk_create(memberships)


def make_memberships_of_a_country(count: int) -> None:
    country = CountryFactory(iso3="KHM")
    memberships = [GroupMembership(group=row, country=country) for row in CountryGroupFactory.create_batch(count)]
    GroupMembership.objects.bulk_create(memberships)


def make_areas(count: int) -> None:
    parent = AreaFactory(code="connectivity")
    AreaFactory.create_batch(count, parent=parent)


def make_facts(count: int) -> None:
    agency = AgencyFactory(code="tica")
    AgencyFact.objects.bulk_create([AgencyFact(agency=agency, label=f"{count} {n}", text="x") for n in range(count)])


def make_people(count: int) -> None:
    people = User.objects.bulk_create(User(email=f"{count}-{number}@example.org") for number in range(count))
    agency = AgencyFactory(code="tica")
    Affiliation.objects.bulk_create(Affiliation(user=person, agency=agency, role=Role.FOCAL_POINT) for person in people)


def make_affiliations_of_a_person(count: int) -> None:
    person = UserFactory(email="busy@example.org")
    agencies = AgencyFactory.create_batch(count)
    Affiliation.objects.bulk_create(
        Affiliation(user=person, agency=agency, role=Role.FOCAL_POINT) for agency in agencies
    )


def make_versions(count: int) -> None:
    country = CountryFactory(iso3="KHM")
    for number in range(count):
        country.note = f"{count} {number}"
        country.save()


def busy_person() -> str:
    return url(User, "change", UserFactory(email="busy@example.org").pk)


def tica() -> str:
    return url(Agency, "change", AgencyFactory(code="tica").pk)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("make", "page"),
    [
        (make_countries, lambda: url(Country, "changelist")),
        (make_aliases, lambda: url(CountryAlias, "changelist")),
        (make_aliases, lambda: url(Country, "change", "KHM")),
        (make_memberships_of_a_country, lambda: url(CountryGroup, "changelist")),
        (make_memberships_of_a_country, lambda: url(Country, "change", "KHM")),
        (make_members, lambda: url(GroupMembership, "changelist")),
        (make_members, lambda: url(CountryGroup, "change", "LDC")),
        (make_areas, lambda: url(PriorityArea, "changelist")),
        (make_areas, lambda: url(PriorityArea, "change", "connectivity")),
        (ModalityFactory.create_batch, lambda: url(Modality, "changelist")),
        (AgencyFactory.create_batch, lambda: url(Agency, "changelist")),
        (make_facts, tica),
        (make_people, lambda: url(User, "changelist")),
        (make_people, lambda: url(Affiliation, "changelist")),
        (make_affiliations_of_a_person, busy_person),
        (make_versions, lambda: url(Country, "history", "KHM")),
    ],
)
@pytest.mark.django_db
def test_a_page_takes_as_many_queries_at_many_rows_as_at_few(
    as_manager: Client, make: Callable[[int], Any], page: Callable[[], str]
):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert as_manager.get(page()).status_code == 200
        return len(queries)

    make(FEW)
    count()  # content types are read once a process
    few = count()
    make(MANY - FEW)

    assert count() == few
    assert few <= 14


@pytest.mark.any_database
def test_saving_a_group_takes_no_query_a_member(as_manager):
    def count() -> int:
        page = url(CountryGroup, "change", "LDC")
        values = form_values(as_manager.get(page))
        with CaptureQueriesContext(connection) as queries:
            assert as_manager.post(page, values).status_code == 302
        return len(queries)

    make_members(FEW)
    count()
    few = count()
    make_members(MANY - FEW)

    assert count() == few


@pytest.mark.any_database
def test_every_reference_model_is_in_the_admin():
    assert set(REFERENCE) | set(ACCOUNTS) <= set(site._registry)


def test_a_manager_records_that_a_country_takes_part_with_day_and_source(as_manager, manager):
    group = CountryGroupFactory(code="OWN_STATEMENT", level="")
    country = CountryFactory(iso3="QQQ")
    page = url(GroupMembership, "add")
    values = form_values(as_manager.get(page)) | {"group": group.pk, "country": country.pk, "status": "confirmed"}
    for incomplete in ({"valid_from": "2026-11-20"}, {"source": "Note verbale of 20 November 2026"}):
        refused = as_manager.post(page, values | incomplete)
        assert "needs its day" in refused.content.decode()
    stated = {"valid_from": "2026-11-20", "source": "Note verbale of 20 November 2026"}
    assert as_manager.post(page, values | stated).status_code == 302
    membership = GroupMembership.objects.get(group=group)
    assert membership.history.get().history_user == manager

    # The page of a membership that is there does not ask for its group again.
    page = url(GroupMembership, "change", membership.pk)
    refused = as_manager.post(page, form_values(as_manager.get(page)) | {"source": ""})
    assert "needs its day" in refused.content.decode()
    assert GroupMembership.objects.get().source
