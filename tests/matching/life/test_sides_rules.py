"""Rules of the two sides, each by itself: whose step, what a hold stops, who is shown to whom, and which day counts."""

import datetime as dt

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from directory.choices import MailState
from directory.mail import outbox, sending
from directory.models import Mail, User
from matching.choices import Audience, CheckKind, CheckResult, Clearance, MatchStatus, NeedMet, SideAnswer
from matching.life import following, introducing, lapsing, outcomes, review, silence
from matching.life.answers import answering, clearing
from matching.life.steps import ReviewRefused, lock_match
from matching.life.telling import digests
from matching.life.telling.contacts import contacts_for
from matching.models import Match, Outcome
from matching.models.fits.match import MatchQuerySet
from matching.scoring.places import offers_used_up, places_left
from surveys.choices import ClearanceRule, PostingStatus, Side, Visibility
from surveys.models import CountryWindow, Need, Offer
from tests.factories import AgencyFactory, MatchFactory, UserFactory, put_in, speaker_for, suggested_match
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

INTERESTED, NOT_RELEVANT = SideAnswer.INTERESTED, SideAnswer.NOT_RELEVANT


@pytest.fixture
def proposed(db: None, reviewer: User) -> Match:
    match = suggested_match()
    review.propose(match=match, by=reviewer)
    return Match.objects.get(pk=match.pk)


def both_interested(match: Match) -> None:
    for side, posting in ((Side.NEED, match.need), (Side.OFFER, match.offer)):
        answering.answer(match=match, side=side, by=speaker_for(posting), answer=INTERESTED)


@pytest.fixture
def introduced(proposed: Match, reviewer: User) -> Match:
    both_interested(proposed)
    introducing.introduce(match=proposed, by=reviewer)
    return Match.objects.get(pk=proposed.pk)


@pytest.fixture
def agreed(introduced: Match, reviewer: User) -> Match:
    outcomes.agree(match=introduced, by=reviewer, values={"agreed_on": today()})
    return Match.objects.get(pk=introduced.pk)


def hold(match: Match, by: User) -> None:
    review.check(match=match, by=by, kind=CheckKind.SECURITY_COUNCIL, result=CheckResult.ON_HOLD)


# --- On hold


def test_a_match_on_hold_is_not_introduced(proposed, reviewer):
    both_interested(proposed)
    hold(proposed, reviewer)
    with pytest.raises(ReviewRefused, match="on hold"):
        introducing.introduce(match=proposed, by=reviewer)
    assert not Mail.objects.filter(kind="introduced").exists()


def test_nothing_is_agreed_or_recorded_of_a_match_on_hold(introduced, reviewer):
    hold(introduced, reviewer)
    for step in (outcomes.agree, outcomes.complete, outcomes.record):
        with pytest.raises(ReviewRefused, match=r"^This match is on hold\.$"):
            step(match=introduced, by=speaker_for(introduced.offer), values={"agreed_on": today()})
    assert not Outcome.objects.exists()


def test_contacts_are_hidden_again_while_a_match_is_on_hold(introduced, reviewer):
    side = speaker_for(introduced.need)
    assert contacts_for(introduced, side)
    hold(introduced, reviewer)
    for reader in (side, reviewer):
        assert contacts_for(Match.objects.get(pk=introduced.pk), reader) == {}


def test_nobody_is_reminded_of_a_match_on_hold(proposed, reviewer):
    assert silence.silent_sides().count() == 2
    hold(proposed, reviewer)
    assert silence.silent_sides().count() == 0


# --- Whose step


def test_only_the_need_s_own_side_and_the_secretariat_say_whether_it_was_met(agreed, reviewer):
    for other in (speaker_for(agreed.offer), UserFactory()):
        with pytest.raises(ReviewRefused, match="its own side"):
            outcomes.follow_up(match=agreed, by=other, need_met=NeedMet.YES)
    assert [match.pk for match in following.to_follow_up(today() + dt.timedelta(days=366))] == [agreed.pk]
    for by in (speaker_for(agreed.need), reviewer):
        outcomes.follow_up(match=agreed, by=by, need_met=NeedMet.YES)
    assert following.to_follow_up(today() + dt.timedelta(days=366)) == []


def test_who_may_read_a_side_s_match_but_not_act_does_not_answer_for_it(proposed):
    """A focal point without a letter reads on, and acts no more."""
    person = speaker_for(proposed.offer)
    person.affiliations.get().designations.all().delete()
    with pytest.raises(ReviewRefused, match="Only those who speak for this side"):
        answering.answer(match=proposed, side=Side.OFFER, by=User.objects.get(pk=person.pk), answer=INTERESTED)


def test_a_note_reaches_only_sides_that_were_asked(reviewer):
    match = suggested_match()
    CountryWindow.objects.create(country=match.offer.country, clearance=ClearanceRule.EXPLICIT)
    review.propose(match=match, by=reviewer)
    refused = [(Audience.SHARED, None), (Audience.SIDE, Side.OFFER)]
    for audience, side in refused:
        with pytest.raises(ReviewRefused, match="A side reads notes once it was asked"):
            review.add_note(match=match, by=reviewer, note="Words.", audience=audience, side=side)
    review.add_note(match=match, by=reviewer, note="Words.", audience=Audience.SIDE, side=Side.NEED)
    for audience, side in ((Audience.SIDE, None), (Audience.SHARED, Side.NEED), (Audience.INTERNAL, Side.NEED)):
        with pytest.raises(ReviewRefused, match="Say for which side"):
            review.add_note(match=match, by=reviewer, note="Words.", audience=audience, side=side)


@pytest.mark.parametrize("side", list(Side))
def test_only_a_fit_between_two_public_postings_is_released(reviewer, side):
    match = suggested_match()
    model, pk = (Need, match.need_id) if side == Side.NEED else (Offer, match.offer_id)
    for change in ({"visibility": Visibility.FOCAL_POINTS}, {"status": PostingStatus.DRAFT}):
        before = model.objects.filter(pk=pk).values(*change).get()
        model.objects.filter(pk=pk).update(**change)
        with pytest.raises(ReviewRefused, match="Only a fit between two public postings"):
            review.release(match=match, by=reviewer)
        model.objects.filter(pk=pk).update(**before)
    review.release(match=match, by=reviewer)


# --- The country of an agency's posting


def test_an_agency_s_posting_without_a_country_goes_through_its_country_s_window(reviewer):
    match = suggested_match()
    agency = AgencyFactory(country=match.offer.country)
    Offer.objects.filter(pk=match.offer_id).update(agency=agency, country=None)
    speaker_for(Offer.objects.get(pk=match.offer_id))
    CountryWindow.objects.create(country=agency.country, clearance=ClearanceRule.EXPLICIT)
    match = Match.objects.get(pk=match.pk)
    CountryWindow.objects.update(paused_at=timezone.now())
    assert clearing.is_not_public(match.offer)
    CountryWindow.objects.update(paused_at=None)
    assert not clearing.is_not_public(match.offer)
    review.propose(match=match, by=reviewer)
    assert match.sides.get(side=Side.OFFER).clearance == Clearance.EXPLICIT


# --- What is told


def test_a_side_that_has_refused_itself_is_not_told_that_nothing_came_of_it(proposed, reviewer):
    row = proposed.sides.get(side=Side.NEED)
    row.answer, row.answered_at = NOT_RELEVANT, timezone.now()
    row.save()
    clearing.end_without_agreement(lock_match(proposed), side=Side.OFFER, by=reviewer, refused_until=None)
    assert not Mail.objects.filter(kind="not_taken_forward").exists()


def test_the_contact_of_a_posting_is_its_contact_person_while_that_speaks_for_it(introduced):
    first = speaker_for(introduced.offer)
    agency = first.affiliations.get().agency
    second = UserFactory(email="second@example.org", role="focal_point", role__agency=agency)
    stranger = UserFactory(email="stranger@example.org")

    def shown() -> set[str]:
        match = Match.objects.for_lists().get(pk=introduced.pk)
        return {one.email for one in contacts_for(match, speaker_for(match.need))[Side.OFFER] if one.email}

    assert shown() == {first.email, second.email}
    Offer.objects.filter(pk=introduced.offer_id).update(contact_person=second)
    assert shown() == {second.email}
    Offer.objects.filter(pk=introduced.offer_id).update(contact_person=stranger)
    assert shown() == {first.email, second.email}


def test_a_digest_tells_of_suggestions_from_its_first_moment_on():
    match = suggested_match()
    reader = speaker_for(match.need)
    moment = Match.objects.get(pk=match.pk).shown_since
    assert list(digests.new_matches_of(reader, since=moment)) == [match]
    assert list(digests.new_matches_of(reader, since=moment + dt.timedelta(microseconds=1))) == []
    for status in set(MatchStatus) - {MatchStatus.SUGGESTED}:
        put_in(status, match)
        assert list(digests.new_matches_of(reader, since=moment)) == [match], "the reader was told of no decision"


def test_a_mail_of_one_side_is_filled_in_for_that_side_alone_and_for_an_office_without_the_match(proposed):
    for reader, side, is_sent in (
        (speaker_for(proposed.need), Side.NEED, True),
        (speaker_for(proposed.need), Side.OFFER, False),
        (UserFactory(), Side.NEED, False),
    ):
        about = {"match": proposed.pk, "side": side}
        outbox.write(kind="proposed", key=f"{reader.pk}:{side}", about=about, to=[reader])
        assert sending.send_one(Mail.objects.get(key=f"{reader.pk}:{side}").pk) == (
            MailState.SENT if is_sent else MailState.DROPPED
        )
    about = {"match": proposed.pk, "side": Side.NEED}
    outbox.write(kind="proposed", key="office", about=about, addresses=["office@example.org"])
    assert sending.send_one(Mail.objects.get(key="office").pk) == MailState.SENT
    to_office = django_mail.outbox[-1].message().as_string()
    assert proposed.need.party in to_office
    for hidden in (proposed.need.title, proposed.offer.title, f"{proposed.need_id}-{proposed.offer_id}"):
        assert hidden not in to_office


# --- Days and places


def test_a_refusal_is_over_on_the_last_day_of_its_term():
    match = MatchFactory(status=MatchStatus.NOT_TAKEN_FORWARD)
    Match.objects.update(refused_until=dt.date(2027, 5, 24))
    for day, is_over in ((23, False), (24, True), (25, True)):
        on = dt.date(2027, 5, day)
        assert Match.objects.filter(MatchQuerySet.refusal_over(on)).exists() is is_over, day
        assert Match.objects.decided(on).filter(pk=match.pk).exists() is not is_over, day
        assert Match.objects.filter(MatchQuerySet.is_open_to_runs(on)).exists() is is_over, day


def test_what_expires_ends_what_is_suggested_and_proposed_and_no_more():
    standing = {status: MatchFactory(status=status) for status in MatchStatus}
    Offer.objects.update(closes_on=dt.date(2020, 1, 1))
    assert lapsing.lapse_expired() == 2
    now = dict(Match.objects.values_list("pk", "status"))
    lapsed = {MatchStatus.SUGGESTED, MatchStatus.PROPOSED, MatchStatus.LAPSED}
    assert now == {match.pk: MatchStatus.LAPSED if status in lapsed else status for status, match in standing.items()}


@pytest.mark.parametrize(
    ("places", "stated", "left", "is_used_up"),
    [(None, 5, None, False), (2, 1, 1, False), (2, 2, 0, True), (2, 3, 0, True), (2, None, 1, False)],
)
def test_an_agreement_takes_the_places_that_it_states_or_one(agreed, places, stated, left, is_used_up):
    Offer.objects.filter(pk=agreed.offer_id).update(places=places)
    Outcome.objects.update(places=stated)
    assert places_left([agreed.offer_id]) == {agreed.offer_id: left}
    assert (agreed.offer_id in offers_used_up()) is is_used_up


def test_places_are_added_up_over_agreements_and_what_is_on_the_way(agreed, reviewer):
    Offer.objects.filter(pk=agreed.offer_id).update(places=5)
    Outcome.objects.update(places=3)
    MatchFactory(offer=agreed.offer, status=MatchStatus.PROPOSED)
    assert places_left([agreed.offer_id]) == {agreed.offer_id: 1}
    assert not offers_used_up().exists()
    other = MatchFactory(offer=agreed.offer, status=MatchStatus.COMPLETED)
    Outcome.objects.create(match=other, recorded_by=reviewer, agreed_on=today(), places=2)
    assert list(offers_used_up()) == [agreed.offer_id]
    put_in(MatchStatus.LAPSED, other)
    assert not offers_used_up().exists()
