"""What reviewers do with an option: each step once, told when late, kept as it was decided."""

import pytest

from directory.choices import Role
from directory.mail.sending import send_due
from directory.models import User
from matching.choices import OptionEventKind
from matching.life.seen.shown import ShownEvents
from matching.life.steps import LONGEST_NOTE, ReviewRefused, take_option_step
from matching.models import TriangularEvent, TriangularOption
from matching.runs.running import run_matching
from matching.triangular import review
from surveys.choices import Visibility
from surveys.models import Import, Need, Offer
from surveys.postings import states
from surveys.signals import import_undoing
from tests.factories import AgencyFactory, CountryFactory, TargetFactory, UserFactory
from web.since_shown import ChangedSinceShown, as_shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def option(scene) -> TriangularOption:
    return scene.option()


def now(option: TriangularOption) -> TriangularOption:
    return TriangularOption.objects.get(pk=option.pk)


def test_a_proposed_option_keeps_what_it_was_decided_on(option, scene, reviewer):
    event = review.propose(option=option, by=reviewer, note=" Ask the fund. ")
    assert (event.kind, event.by, event.note) == ("proposed", reviewer, "Ask the fund.")
    decided = now(option)
    assert (decided.status, decided.rank, decided.decided_on["stored"]["score"]) == ("proposed", None, 820_000)
    assert decided.decided_on["modalities"] == [
        {"code": "finance", "pivotal": "none", "facilitating": "same"},
        {"code": "training", "pivotal": "same", "facilitating": "none"},
    ]
    TargetFactory(offer=scene.finance, country=scene.cambodia)
    run = run_matching()
    assert (now(option).score, now(option).status) == (820_000, "proposed")
    assert run.counts["triangular"] == {"new": 0, "moved": 0, "gone": 0, "lapsed_proposals": 0, "suggested": 0}


def test_set_aside_and_taken_back(option, scene, reviewer):
    review.set_aside(option=option, by=reviewer)
    run_matching()
    assert now(option).status == "set_aside"
    TargetFactory(offer=scene.finance, country=scene.cambodia)
    with pytest.raises(ReviewRefused, match="Say in a note"):
        review.take_back(option=option, by=reviewer, note=" ")
    review.take_back(option=option, by=reviewer, note="The fund changed its mind.")
    back = now(option)
    assert (back.status, back.score, back.decided_on) == ("suggested", 1_000_000, None)
    assert [event.kind for event in option.events.all()] == ["set_aside", "taken_back"]
    run_matching()
    assert (now(option).status, now(option).rank) == ("suggested", 1)


@pytest.mark.any_database
@pytest.mark.parametrize("posting", ["need", "training", "finance"])
def test_only_confirmed_postings_are_proposed(option, scene, reviewer, posting):
    row = getattr(scene, posting)
    type(row).objects.filter(pk=row.pk).update(confirmed_on=None)
    with pytest.raises(ReviewRefused, match=r"is not confirmed (yet|by its agency)"):
        review.propose(option=option, by=reviewer)
    assert now(option).status == "suggested"


@pytest.mark.any_database
def test_what_no_longer_stands_is_not_proposed(option, reviewer):
    Need.objects.update(facilitating_allowed=False)
    with pytest.raises(ReviewRefused, match="Not all three postings allow a facilitating partner"):
        review.propose(option=option, by=reviewer)
    review.set_aside(option=option, by=reviewer)
    with pytest.raises(ReviewRefused, match="no option today"):
        review.take_back(option=option, by=reviewer, note="Again.")


def test_a_step_is_taken_once_and_the_second_reviewer_is_told(option, reviewer, manager):
    shown = ShownEvents(option).mark()
    review.propose(option=option, by=reviewer)
    told = pytest.raises(ChangedSinceShown, match=r"Since this page was shown.*Proposed to the three sides")
    with told, as_shown(ShownEvents(option), shown):
        review.set_aside(option=option, by=manager)
    with pytest.raises(ReviewRefused, match="the step is not open"):
        review.propose(option=option, by=manager)
    assert TriangularEvent.objects.count() == 1


def test_two_at_the_same_moment(option, reviewer, manager):
    late = TriangularOption.objects.for_lists().get(pk=option.pk)
    review.propose(option=option, by=reviewer)
    with pytest.raises(ReviewRefused, match="Someone else"):
        take_option_step(late, OptionEventKind.SET_ASIDE, by=manager)


@pytest.mark.any_database
@pytest.mark.parametrize("who", ["focal_point", "coordinator", "partner"])
@pytest.mark.parametrize("step", [review.propose, review.set_aside, review.take_back])
def test_others_decide_nothing(option, request, who, step):
    with pytest.raises(ReviewRefused, match="Only reviewers and managers"):
        step(option=option, by=request.getfixturevalue(who), note="Mine.")
    with pytest.raises(ReviewRefused, match="Only reviewers and managers"):
        step(option=option, by=UserFactory(role=Role.REVIEWER, role__second_factor=False), note="Mine.")
    assert not TriangularEvent.objects.exists()


@pytest.mark.any_database
def test_a_note_that_is_too_long_is_refused(option, reviewer):
    with pytest.raises(ReviewRefused, match="at most 5000"):
        review.set_aside(option=option, by=reviewer, note="x" * (LONGEST_NOTE + 1))


@pytest.mark.parametrize("posting", ["need", "training", "finance"])
def test_a_proposal_lapses_with_its_posting_and_says_so(option, scene, reviewer, manager, posting):
    review.propose(option=option, by=reviewer)
    states.withdraw(posting=getattr(scene, posting), by=manager)
    assert now(option).status == "lapsed"
    event = option.events.last()
    assert (event.kind, event.by) == ("lapsed", None)


def test_a_proposal_whose_posting_no_longer_allows_a_third_lapses_with_the_next_run(option, reviewer):
    review.propose(option=option, by=reviewer)
    Offer.objects.filter(pk=option.facilitating_offer_id).update(facilitating_allowed=False)
    run = run_matching()
    assert (now(option).status, run.counts["triangular"]["lapsed_proposals"]) == ("lapsed", 1)


def test_one_set_aside_stays_so_when_its_posting_is_withdrawn(option, scene, reviewer, manager):
    review.set_aside(option=option, by=reviewer)
    states.withdraw(posting=scene.finance, by=manager)
    assert now(option).status == "set_aside"


@pytest.mark.any_database
def test_an_import_with_a_decided_option_is_not_undone(option, scene, reviewer):
    def said() -> list[str]:
        answers = import_undoing.send(sender=Import, offers=[scene.finance.pk], needs=[])
        return [sentence for _receiver, sentences in answers for sentence in sentences or ()]

    assert said() == []
    review.set_aside(option=option, by=reviewer)
    assert said() == [f"The triangular option “{option}” was decided by a person."]


@pytest.fixture
def sides(scene) -> dict[str, User]:
    """Who speaks for each of the three postings."""
    return {
        "need": UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory(country=scene.cambodia)),
        "pivotal_offer": UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory(country=scene.thailand)),
        "facilitating_offer": UserFactory(role=Role.FOCAL_POINT, role__agency=scene.fund),
    }


@pytest.mark.any_database
def test_the_three_sides_are_written_to_and_nobody_else(option, sides, partner, reviewer, mailoutbox):
    UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory(country=CountryFactory(iso3="FJI")))
    review.propose(option=option, by=reviewer, note="Secret internal")
    send_due()
    written = {address: message for message in mailoutbox for address in message.to}
    assert written.keys() == {user.email for user in sides.values()}
    for name, user in sides.items():
        message = written[user.email]
        assert message.subject == "A triangular cooperation is proposed to you"
        assert getattr(option, name).title in message.body
        assert f"/needs/{option.need_id}/#triangular" in message.body
        assert "Secret internal" not in message.body
    review.take_back(option=option, by=reviewer, note="Not yet.")
    review.propose(option=option, by=reviewer)
    send_due()
    assert len(mailoutbox) == 6, "a second proposal is another mail"


@pytest.mark.any_database
def test_taken_back_before_it_went_out_it_is_not_sent(option, sides, reviewer, mailoutbox):
    review.propose(option=option, by=reviewer)
    review.take_back(option=option, by=reviewer, note="Too early.")
    send_due()
    assert mailoutbox == []


@pytest.mark.any_database
def test_who_may_not_see_all_three_is_not_written_to(option, sides, scene, reviewer, mailoutbox):
    Offer.objects.filter(pk=scene.finance.pk).update(visibility=Visibility.MATCHED)
    review.propose(option=option, by=reviewer)
    send_due()
    assert {address for message in mailoutbox for address in message.to} == {sides["facilitating_offer"].email}
