"""What each step on an option holds: the state that it expects, in memory and in the database, and the moment."""

import datetime as dt

import pytest
from django.utils import timezone

from matching.choices import OptionEventKind, OptionStatus
from matching.life.steps import OPTION_STEPS, ReviewRefused
from matching.models import TriangularEvent, TriangularOption
from matching.triangular import lapsing, review
from surveys.models import Need
from surveys.postings import states
from tests.factories import put_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
DOORS = {
    OptionEventKind.PROPOSED: review.propose,
    OptionEventKind.SET_ASIDE: review.set_aside,
    OptionEventKind.TAKEN_BACK: review.take_back,
}
KINDS = sorted(DOORS)


@pytest.fixture
def option(scene) -> TriangularOption:
    return scene.option()


def standing_at(option: TriangularOption, status: OptionStatus) -> TriangularOption:
    """The option as read in this status, where the database has it too, last touched long ago."""
    put_in(status, option, updated_at=LONG_AGO)
    return TriangularOption.objects.for_lists().get(pk=option.pk)


def test_every_step_that_people_take_has_its_door():
    assert set(OPTION_STEPS) - set(DOORS) == {OptionEventKind.LAPSED, OptionEventKind.RETURNED}


@pytest.mark.parametrize("kind", KINDS)
def test_each_step_moves_the_moment_the_option_was_touched(option, reviewer, kind):
    for before in sorted(OPTION_STEPS[kind].open_from):
        began = timezone.now()
        DOORS[kind](option=standing_at(option, before), by=reviewer, note="Why.")
        option.refresh_from_db()
        assert option.updated_at >= began, before
        assert option.status == OPTION_STEPS[kind].leads_to


@pytest.mark.parametrize("kind", KINDS)
def test_no_step_is_taken_on_an_option_that_was_moved_meanwhile(option, reviewer, kind, monkeypatch):
    explain = review.explain_options
    for expected in sorted(OPTION_STEPS[kind].open_from):
        for found in sorted(set(OptionStatus) - {expected}):
            as_read = standing_at(option, expected)

            def move_then_explain(*given, to=found, **more):
                standing_at(option, to)
                return explain(*given, **more)

            # Whatever held the option, the write itself asks for the status again.
            monkeypatch.setattr(review, "explain_options", move_then_explain)
            with pytest.raises(ReviewRefused, match="in the meantime"):
                DOORS[kind](option=as_read, by=reviewer, note="Why.")
            option.refresh_from_db()
            # The step and what was done within it are undone together.
            assert (option.status, option.updated_at) == (expected, LONG_AGO), found
    assert not TriangularEvent.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_no_step_is_taken_from_a_status_that_it_is_not_open_to(option, reviewer, kind):
    for wrong in sorted(set(OptionStatus) - OPTION_STEPS[kind].open_from):
        with pytest.raises(ReviewRefused, match="the step is not open to it"):
            DOORS[kind](option=standing_at(option, wrong), by=reviewer, note="Why.")
        option.refresh_from_db()
        assert (option.status, option.updated_at) == (wrong, LONG_AGO)
    assert not TriangularEvent.objects.exists()


@pytest.mark.parametrize("status", [OptionStatus.SUGGESTED, OptionStatus.PROPOSED])
@pytest.mark.parametrize("how", ["withdrawn", "expired"])
def test_lapsing_moves_the_moment_the_option_was_touched(option, manager, status, how):
    standing_at(option, status)
    began = timezone.now()
    if how == "withdrawn":
        states.withdraw(posting=option.need, by=manager)
    else:
        Need.objects.filter(pk=option.need_id).update(closes_on=dt.date(2020, 1, 1))
        lapsing.lapse_expired_options()
    option.refresh_from_db()
    assert (option.status, option.rank, option.updated_at >= began) == (OptionStatus.LAPSED, None, True)
    assert TriangularEvent.objects.count() == (status == OptionStatus.PROPOSED)
