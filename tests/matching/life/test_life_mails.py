"""Who is written to at each step of a match: those who act, their alternates and offices, of the right side alone."""

import datetime as dt
from dataclasses import dataclass

import pytest

from directory.choices import AgencyKind, MailState, Role
from directory.mail import sending
from directory.models import Affiliation, Agency, Designation, Mail, User
from matching.choices import NeedMet, SideAnswer
from matching.life import following, introducing, outcomes, review, silence
from matching.life.answers import answering, clearing, refusing
from matching.models import Match
from surveys.choices import ClearanceRule, Side
from surveys.models import CountryWindow
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    TargetFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

IN_2026 = dt.date(2026, 11, 1)


@dataclass
class Party:
    """An agency and its ministry, each with an office mailbox, the people of both, and others of the country."""

    agency: Agency
    speaker: User
    coordinator: User
    people: frozenset[str]
    """Who acts for a posting of the agency, with the alternate of the letter."""
    offices: frozenset[str]
    coordinators: frozenset[str]
    """The coordinator, with the alternate."""


def party(iso3: str) -> Party:
    country = CountryFactory(iso3=iso3)
    agency, ministry = (
        AgencyFactory(
            code=f"{code}-of-{iso3.lower()}",
            country=country,
            kind=kind,
            office_mailbox=f"{code}@{iso3.lower()}.example",
        )
        for code, kind in (("agency", AgencyKind.NATIONAL_AGENCY), ("ministry", AgencyKind.MINISTRY))
    )
    AgencyFactory(code=f"other-of-{iso3.lower()}", country=country, office_mailbox=f"other@{iso3.lower()}.example")
    people = {}
    for name, role, office in (
        ("speaker", Role.FOCAL_POINT, agency),
        ("coordinator", Role.COORDINATOR, ministry),
        ("bystander", Role.FOCAL_POINT, ministry),
    ):
        people[name] = UserFactory(email=f"{name}@{iso3.lower()}.example", role=role, role__agency=office)
        alternate = UserFactory(
            email=f"alternate-{name}@{iso3.lower()}.example", role=role, role__agency=office, role__designated=False
        )
        Designation.objects.filter(affiliation__user=people[name]).update(alternate=alternate)

    def of(*names: str) -> frozenset[str]:
        return frozenset(f"{name}@{iso3.lower()}.example" for name in names)

    return Party(
        agency=agency,
        speaker=people["speaker"],
        coordinator=people["coordinator"],
        people=of("speaker", "coordinator", "alternate-speaker", "alternate-coordinator"),
        offices=of("agency", "ministry"),
        coordinators=of("coordinator", "alternate-coordinator"),
    )


@pytest.fixture
def parties(db: None) -> dict[Side, Party]:
    return {Side.NEED: party("KHM"), Side.OFFER: party("THA")}


@pytest.fixture
def match(parties: dict[Side, Party]) -> Match:
    need, offer = (parties[side].agency for side in (Side.NEED, Side.OFFER))
    offer_made = ConfirmedOfferFactory(agency=offer, country=offer.country)
    TargetFactory(offer=offer_made, country=need.country)
    return MatchFactory(need=ConfirmedNeedFactory(agency=need, country=need.country), offer=offer_made)


@pytest.fixture
def introduced(match: Match, parties: dict[Side, Party], reviewer: User) -> Match:
    review.propose(match=match, by=reviewer)
    for side, one in parties.items():
        answering.answer(match=match, side=side, by=one.speaker, answer=SideAnswer.INTERESTED)
    introducing.introduce(match=match, by=reviewer)
    return match


def written(kind: str) -> dict[Side, set[str]]:
    """Who was written to, by the side that the mail tells them of; these mails are sent first, and none is dropped."""
    mails = Mail.objects.filter(kind=kind)
    for pk in mails.values_list("pk", flat=True):
        sending.send_one(pk)
    assert set(mails.values_list("state", flat=True)) <= {MailState.SENT}
    by_side: dict[Side, set[str]] = {}
    for mail in mails:
        by_side.setdefault(Side(mail.about["side"]), set()).add(mail.to_address)
    return by_side


def people(parties: dict[Side, Party]) -> dict[Side, set[str]]:
    return {side: set(one.people) for side, one in parties.items()}


def people_and_offices(parties: dict[Side, Party]) -> dict[Side, set[str]]:
    return {side: set(one.people | one.offices) for side, one in parties.items()}


def test_a_proposal_goes_to_who_answers_with_alternates_and_offices(match, parties, reviewer):
    review.propose(match=match, by=reviewer)
    assert written("proposed") == people_and_offices(parties)


def test_an_office_of_no_further_use_gets_no_copy(match, parties, reviewer):
    coordinators = Affiliation.objects.filter(role=Role.COORDINATOR, agency__country="THA")
    coordinators.update(ended_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    Agency.objects.filter(pk=parties[Side.NEED].agency.pk).update(office_mailbox="")
    review.propose(match=match, by=reviewer)
    found = written("proposed")
    assert found[Side.OFFER] == {"speaker@tha.example", "alternate-speaker@tha.example", "agency@tha.example"}
    assert found[Side.NEED] == people_and_offices(parties)[Side.NEED] - {"agency@khm.example"}


def test_an_alternate_hears_while_the_letter_holds_and_the_account_is_in_use(match, parties, reviewer):
    Designation.objects.filter(affiliation__user=parties[Side.NEED].coordinator).update(
        ended_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    User.objects.filter(email="alternate-speaker@khm.example").update(is_active=False)
    review.propose(match=match, by=reviewer)
    assert written("proposed")[Side.NEED] == {"speaker@khm.example", *parties[Side.NEED].offices}


def test_a_country_that_is_heard_first_is_its_coordinators_and_their_alternates(match, parties, reviewer):
    CountryWindow.objects.create(country_id="KHM", clearance=ClearanceRule.NO_OBJECTION)
    review.propose(match=match, by=reviewer)
    assert written("clearance_asked") == {Side.NEED: set(parties[Side.NEED].coordinators)}
    assert written("proposed") == {Side.OFFER: people_and_offices(parties)[Side.OFFER]}
    clearing.clear(match=match, side=Side.NEED, by=parties[Side.NEED].coordinator)
    assert written("proposed") == people_and_offices(parties)


@pytest.mark.parametrize("side", list(Side))
def test_a_refusal_is_told_to_the_people_of_the_other_side_alone(match, parties, reviewer, side):
    review.propose(match=match, by=reviewer)
    answering.answer(match=match, side=side, by=parties[side].speaker, answer=SideAnswer.NOT_NOW, why="time")
    refusing.pass_on(match=match, by=reviewer)
    other = Side.NEED if side == Side.OFFER else Side.OFFER
    assert written("not_taken_forward") == {other: set(parties[other].people)}


def test_an_introduction_goes_to_both_sides_with_alternates_and_offices(introduced, parties):
    assert written("introduced") == people_and_offices(parties)


@pytest.mark.parametrize("side", [None, *Side])
def test_an_agreement_is_told_to_the_people_of_both_sides_whoever_records_it(introduced, parties, reviewer, side):
    by = parties[side].speaker if side else reviewer
    outcomes.agree(match=introduced, by=by, values={"agreed_on": IN_2026})
    assert written("agreed") == people(parties)
    assert written("outcome_to_confirm") == {}


def test_an_outcome_is_put_to_both_sides_when_completed_and_again_when_corrected(introduced, parties, reviewer):
    outcomes.agree(match=introduced, by=reviewer, values={"agreed_on": IN_2026})
    outcomes.record(match=introduced, by=reviewer, values={"places": 3})
    assert written("outcome_to_confirm") == {}, "nothing is completed yet"
    outcomes.complete(match=introduced, by=reviewer, values={})
    assert written("outcome_to_confirm") == people(parties)
    before = Mail.objects.filter(kind="outcome_to_confirm").count()
    outcomes.record(match=introduced, by=reviewer, values={"places": 3})
    assert Mail.objects.filter(kind="outcome_to_confirm").count() == before, "nothing has changed"
    outcomes.record(match=introduced, by=reviewer, values={"places": 4})
    assert written("outcome_to_confirm") == people(parties)
    assert Mail.objects.filter(kind="outcome_to_confirm").count() == 2 * before


def test_reminders_go_to_the_side_that_is_silent(match, parties, reviewer):
    review.propose(match=match, by=reviewer)
    answering.answer(match=match, side=Side.OFFER, by=parties[Side.OFFER].speaker, answer=SideAnswer.INTERESTED)
    silence.remind(dt.date(2030, 1, 15))
    assert written("unanswered") == {Side.NEED: set(parties[Side.NEED].people)}


def test_whether_the_need_was_met_is_asked_of_its_side(introduced, parties, reviewer):
    outcomes.agree(match=introduced, by=reviewer, values={"agreed_on": IN_2026})
    following.write_reminders(dt.date(2027, 11, 1))
    assert written("follow_up") == {Side.NEED: set(parties[Side.NEED].people)}
    outcomes.follow_up(match=introduced, by=parties[Side.NEED].speaker, need_met=NeedMet.YES)
    assert following.write_reminders(dt.date(2027, 12, 1)) == 0
