"""Rules of inviting, validating, leaving and erasing, each by itself: whose, which role, and what goes."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from directory.choices import AgencyKind, Role
from directory.mail import outbox
from directory.models import Affiliation, Agency, Designation, Invitation, Mail, User
from directory.people import invitations, leaving, revalidation
from directory.people.invitations import InvitationRefused, NewPerson
from directory.people.leaving import LeavingRefused
from directory.people.revalidation import ValidationRefused
from tests.factories import AgencyFactory, CountryFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOBODY = NewPerson(full_name="New Person", password="eleven geese cross a river")


@pytest.fixture
def institute(db: None) -> Agency:
    """An agency of the coordinator's country."""
    return AgencyFactory(code="institute", country=CountryFactory(iso3="THA"))


def token_of(invitation: Invitation) -> str:
    return str(Mail.objects.get(key__startswith=f"invitation:{invitation.pk}:").about["token"])


# --- Inviting


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.FOCAL_POINT}))
def test_a_coordinator_invites_to_no_other_role(coordinator: User, institute: Agency, role: Role) -> None:
    with pytest.raises(InvitationRefused, match=r"^You cannot invite to this role\.$"):
        invitations.invite(by=coordinator, email="new@example.org", agency=institute, role=role)
    assert not Invitation.objects.exists()


def test_a_coordinator_invites_to_no_other_country(coordinator: User) -> None:
    for country in (CountryFactory(iso3="KHM"), None):
        elsewhere = AgencyFactory(country=country, kind=AgencyKind.OTHER)
        with pytest.raises(InvitationRefused, match="your own country"):
            invitations.invite(by=coordinator, email="new@example.org", agency=elsewhere, role=Role.FOCAL_POINT)


def test_nobody_is_invited_to_an_agency_of_no_further_use_or_where_one_serves(
    coordinator: User, manager: User, institute: Agency
) -> None:
    person = UserFactory(role=Role.FOCAL_POINT, role__agency=institute)
    with pytest.raises(InvitationRefused, match="serves there in that role already"):
        invitations.invite(by=manager, email=person.email.upper(), agency=institute, role=Role.FOCAL_POINT)
    open_one = invitations.invite(by=coordinator, email="new@example.org", agency=institute, role=Role.FOCAL_POINT)
    with pytest.raises(InvitationRefused, match="invited there already"):
        invitations.invite(by=manager, email="NEW@example.org ", agency=institute, role=Role.FOCAL_POINT)
    Agency.objects.filter(pk=institute.pk).update(is_active=False)
    institute.refresh_from_db()
    with pytest.raises(InvitationRefused, match="not in use any more"):
        invitations.invite(by=manager, email="other@example.org", agency=institute, role=Role.FOCAL_POINT)
    with pytest.raises(InvitationRefused, match="not in use any more"):
        invitations.send_again(invitation=open_one, by=manager)


def test_an_address_that_has_an_account_makes_no_second_one(manager: User, institute: Agency) -> None:
    person = UserFactory(email="known@example.org")
    invitation = invitations.invite(by=manager, email="Known@example.org", agency=institute, role=Role.FOCAL_POINT)
    with pytest.raises(InvitationRefused, match="This address has an account"):
        invitations.accept_as_new(token=token_of(invitation), person=NOBODY)
    assert not Affiliation.objects.filter(agency=institute).exists()
    assert invitations.accept_as(token=token_of(invitation), user=person).agency == institute


def test_who_left_and_is_invited_again_serves_again(manager: User, institute: Agency) -> None:
    person = UserFactory(role=Role.FOCAL_POINT, role__agency=institute)
    left = leaving.leave(affiliation=person.affiliations.get(), by=manager)
    Affiliation.objects.filter(pk=left.pk).update(valid_until=dt.date(2020, 1, 1))
    assert User.objects.get(pk=person.pk).current_affiliations == []
    invitation = invitations.invite(by=manager, email=person.email, agency=institute, role=Role.FOCAL_POINT)
    again = invitations.accept_as(token=token_of(invitation), user=person)
    assert again.pk == left.pk
    assert User.objects.get(pk=person.pk).current_affiliations == [again]
    # What let the person act has ended with the first time: it takes a letter again.
    assert not Designation.objects.filter(affiliation=again, ended_at__isnull=True).exists()


# --- Validating


@pytest.mark.locks
def test_a_coordinator_is_validated_by_the_secretariat_alone(coordinator: User, manager: User) -> None:
    today = timezone.now().date()
    own = coordinator.affiliations.get()
    colleague = UserFactory(role=Role.COORDINATOR, role__agency=own.agency).affiliations.get()
    Affiliation.objects.update(validated_on=today - dt.timedelta(days=400))
    for affiliation in (own, colleague):
        assert affiliation not in revalidation.due_for(coordinator, today)
        assert affiliation in revalidation.due_for(manager, today)
        with pytest.raises(ValidationRefused, match="by their country's coordinator or the secretariat"):
            revalidation.validate(affiliation=affiliation, by=coordinator)
        revalidation.validate(affiliation=affiliation, by=manager)
        assert affiliation not in revalidation.due(today)


def test_a_focal_point_of_another_country_is_not_theirs_to_validate(
    coordinator: User, focal_point: User, other_focal_point: User
) -> None:
    for person, by in ((other_focal_point, coordinator), (focal_point, focal_point), (focal_point, other_focal_point)):
        with pytest.raises(ValidationRefused, match="by their country's coordinator"):
            revalidation.validate(affiliation=person.affiliations.get(), by=by)
    revalidation.validate(affiliation=focal_point.affiliations.get(), by=coordinator)


# --- Leaving


def test_who_leaves_has_no_letter_any_more(focal_point: User, manager: User) -> None:
    affiliation = focal_point.affiliations.get()
    assert Designation.objects.filter(affiliation=affiliation, ended_at__isnull=True).exists()
    left = leaving.leave(affiliation=affiliation, by=manager)
    assert set(Designation.objects.filter(affiliation=affiliation).values_list("ended_at", flat=True)) == {
        left.ended_at
    }
    again = leaving.leave(affiliation=affiliation, by=manager)
    assert again.ended_at == left.ended_at, "said twice, it was the first time"


def test_who_ends_whose_affiliation(
    coordinator: User, focal_point: User, other_focal_point: User, reviewer: User, manager: User
) -> None:
    fund = UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory(country=None, kind=AgencyKind.FUND))
    allowed = {
        (by.email, whose.email)
        for by in (coordinator, focal_point, other_focal_point, reviewer, manager)
        for whose in (focal_point, other_focal_point, fund)
        if leaving.may_end(by, whose.affiliations.get())
    }
    assert allowed == {
        (coordinator.email, focal_point.email),
        (focal_point.email, focal_point.email),
        (other_focal_point.email, other_focal_point.email),
        *((manager.email, whose.email) for whose in (focal_point, other_focal_point, fund)),
    }
    with pytest.raises(LeavingRefused, match="your own country's agencies, or your own"):
        leaving.leave(affiliation=other_focal_point.affiliations.get(), by=coordinator)


def test_nothing_that_reaches_a_person_outlives_the_erasure(manager: User, institute: Agency) -> None:
    person = UserFactory(email="gone@example.org", full_name="Gone Person", role=Role.MANAGER)
    assert Authenticator.objects.filter(user=person).exists()
    invitations.invite(by=manager, email="Gone@example.org", agency=institute, role=Role.FOCAL_POINT)
    outbox.write(kind="no_account", key="by the address", about={}, addresses=["Gone@example.org"])
    outbox.write(kind="password_reset", key="by the account", about={}, to=[person])
    outbox.write(kind="no_account", key="another's", about={}, addresses=["stays@example.org"])
    leaving.erase(person)
    assert list(Mail.objects.values_list("key", flat=True)) == ["another's"]
    assert not Authenticator.objects.filter(user=person).exists()
    assert not Invitation.objects.filter(email__icontains="gone").exists()
    assert not Invitation.objects.filter(full_name__icontains="gone").exists()
    erased = User.objects.get(pk=person.pk)
    assert not erased.has_usable_password()
    assert (erased.is_active, erased.is_listed) == (False, False)
    assert not any("gone" in str(value).lower() for value in (erased.email, erased.full_name, erased.job_title))
    assert outbox.write(kind="password_reset", key="too late", about={}, to=[erased]) == 0
