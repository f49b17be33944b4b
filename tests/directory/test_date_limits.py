"""The days at which terms, letters, invitations and memberships begin and end: on the day, before it, after it."""

import datetime as dt

import pytest
import time_machine

from directory.access import Action, can
from directory.choices import MembershipStatus, Role
from directory.mail.receivers import people_of, spoken_for
from directory.models import Affiliation, Agency, Designation, GroupMembership, Mail, User
from directory.people import invitations, leaving, revalidation
from directory.people.invitations import InvitationRefused, NewPerson
from directory.people.membership import groups_of, members
from ssc_portal.running.daily import forget_resets
from surveys.models import Offer
from tests.factories import AgencyFactory, CountryFactory, GroupMembershipFactory, OfferFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

DAY = dt.date(2026, 11, 24)
ONE_DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


@pytest.fixture
def agency(db: None) -> Agency:
    return AgencyFactory(country=CountryFactory(iso3="THA"))


@pytest.fixture
def person(agency: Agency) -> User:
    OfferFactory(agency=agency)
    return UserFactory(role=Role.FOCAL_POINT, role__agency=agency)


def rights_on(day: dt.date, person: User, agency: Agency) -> tuple[bool, bool]:
    """Whether the person reads and whether it acts at noon of the day; mails reach those who act, and only them."""
    with time_machine.travel(dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC), tick=False):
        anew = User.objects.get(pk=person.pk)
        acts = can(anew, Action.POST)
        assert (people_of(agency.pk, agency.country_id) == [anew]) is acts
        assert Offer.objects.filter(spoken_for(), agency=agency).exists() is acts
        return can(anew, Action.READ_OWN), acts


NOTHING, READS, ACTS = (False, False), (True, False), (True, True)


def test_a_term_begins_and_ends_with_its_days(person, agency):
    Affiliation.objects.update(valid_from=DAY, valid_until=DAY + 2 * ONE_DAY)
    found = [rights_on(DAY + number * ONE_DAY, person, agency) for number in range(-1, 4)]
    assert found == [NOTHING, ACTS, ACTS, ACTS, NOTHING]


def test_a_letter_lets_act_from_its_date_through_its_last_day(person, agency):
    Designation.objects.update(dated=DAY, valid_until=DAY + ONE_DAY)
    found = [rights_on(DAY + number * ONE_DAY, person, agency) for number in range(-1, 3)]
    assert found == [READS, ACTS, ACTS, READS]


def test_what_was_ended_ends_at_once_whatever_its_last_day(person, agency):
    Designation.objects.update(ended_at=NOON)
    assert rights_on(DAY, person, agency) == READS
    Affiliation.objects.update(ended_at=NOON)
    assert rights_on(DAY, person, agency) == NOTHING


# --- Invitations


@pytest.mark.locks
@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False), (1, False)])
def test_an_invitation_works_for_fourteen_days_and_no_longer(manager, agency, seconds, works):
    with time_machine.travel(NOON, tick=False) as clock:
        invited = invitations.invite(by=manager, email="new@example.org", agency=agency, role=Role.FOCAL_POINT)
        token = Mail.objects.get(kind="invitation").about["token"]
        clock.shift(dt.timedelta(days=14, seconds=seconds))
        assert (invitations.find(token) == invited) is works
        new = NewPerson(full_name="New", password="eleven geese cross a river")
        if works:
            assert invitations.accept_as_new(token=token, person=new).email == "new@example.org"
        else:
            with pytest.raises(InvitationRefused, match="does not work any more"):
                invitations.accept_as_new(token=token, person=new)


@pytest.mark.locks
def test_one_sent_again_works_for_fourteen_days_from_then(manager, agency):
    with time_machine.travel(NOON, tick=False) as clock:
        invited = invitations.invite(by=manager, email="new@example.org", agency=agency, role=Role.FOCAL_POINT)
        clock.shift(dt.timedelta(days=20))
        again = invitations.send_again(invitation=invited, by=manager)
        assert again.expires_at == NOON + dt.timedelta(days=34)


# --- Memberships of groups


def is_member(country: str, day: dt.date) -> bool:
    """Whether the country counts on the day, by every way of asking."""
    held = GroupMembership.objects.in_force(day).exists()
    assert members("ASEAN", day).exists() is held
    assert groups_of(country, day, headings_only=False).exists() is held
    return held


def test_a_membership_begins_on_its_first_day_and_has_ended_on_its_last():
    GroupMembershipFactory(
        group__code="ASEAN", country=CountryFactory(iso3="THA"), valid_from=DAY, valid_to=DAY + 2 * ONE_DAY
    )
    assert [is_member("THA", DAY + number * ONE_DAY) for number in range(-1, 4)] == [False, True, True, False, False]


@pytest.mark.parametrize("status", list(MembershipStatus))
def test_only_a_confirmed_end_ends_a_membership(status):
    GroupMembershipFactory(group__code="ASEAN", country=CountryFactory(iso3="THA"), valid_to=DAY, status=status)
    assert is_member("THA", DAY - ONE_DAY)
    assert is_member("THA", DAY) is (status != MembershipStatus.CONFIRMED)


def test_a_transition_ends_on_its_anniversary():
    GroupMembershipFactory(group__code="LDC", country=CountryFactory(iso3="THA"), valid_to=DAY)
    in_transition = GroupMembership.objects.ended_within
    days = [DAY - ONE_DAY, DAY, dt.date(2029, 11, 23), dt.date(2029, 11, 24)]
    assert [in_transition(3, day).exists() for day in days] == [False, True, True, False]


# --- Once a year, and two years later


def test_a_person_is_to_be_validated_a_year_after_the_last_time(person):
    Affiliation.objects.update(validated_on=DAY)
    days = (dt.date(2027, 11, 23), dt.date(2027, 11, 24), dt.date(2027, 11, 25))
    assert [revalidation.due(day).exists() for day in days] == [False, True, True]


@pytest.mark.parametrize("how", [{"valid_until": DAY}, {"ended_at": NOON}])
def test_who_left_is_erased_two_years_after_the_last_day(person, how):
    Affiliation.objects.update(**how)
    days = (dt.date(2028, 11, 23), dt.date(2028, 11, 24), dt.date(2028, 11, 25))
    assert [leaving.due_for_erasure(day) == [person] for day in days] == [False, True, True]


def test_who_still_serves_elsewhere_is_not_erased(person):
    Affiliation.objects.update(valid_until=DAY)
    Affiliation.objects.create(user=person, agency=AgencyFactory(), role=Role.FOCAL_POINT)
    assert leaving.due_for_erasure(dt.date(2030, 1, 1)) == []


def test_what_is_known_of_forgotten_passwords_is_kept_for_thirty_days():
    mail = Mail.objects.create(kind="password_reset", key="k", to_address="a@example.org")
    Mail.objects.create(kind="invitation", key="k", to_address="b@example.org", created_at=NOON)
    Mail.objects.filter(pk=mail.pk).update(created_at=NOON)
    assert forget_resets(DAY + 30 * ONE_DAY) == 0
    assert forget_resets(DAY + 31 * ONE_DAY) == 1
    assert list(Mail.objects.values_list("kind", flat=True)) == ["invitation"]
