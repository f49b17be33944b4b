"""What `take_step` holds for every step: the state that it expects, in memory and in the database, and the moment."""

import datetime as dt

import pytest
from django.utils import timezone

from matching.choices import DECIDED, EventKind, MatchStatus
from matching.life.steps import LONGEST_NOTE, MATCH_STEPS, ReviewRefused, take_step
from matching.models import Match, MatchEvent
from tests.factories import MatchFactory, put_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
KINDS = sorted(MATCH_STEPS)


def standing_at(match: Match, status: MatchStatus) -> Match:
    """The match as read in this status, where the database has it too, last touched long ago."""
    put_in(status, match, on_hold_at=None, updated_at=LONG_AGO)
    return Match.objects.get(pk=match.pk)


def changes_of(kind: EventKind) -> dict[str, object]:
    """What the step has to say of a decision; something to write where it leads to no other status."""
    leads_to = MATCH_STEPS[kind].leads_to
    if leads_to is None:
        return {"on_hold_at": timezone.now()}
    return {"decided_on": {}} if leads_to in DECIDED else {}


@pytest.mark.parametrize("kind", KINDS)
def test_each_step_that_changes_a_match_moves_the_moment_it_was_touched(kind):
    match = MatchFactory()
    for before in sorted(MATCH_STEPS[kind].open_from):
        began = timezone.now()
        event = take_step(standing_at(match, before), kind, by=None, **changes_of(kind))
        now = Match.objects.get(pk=match.pk)
        assert now.updated_at >= began, before
        assert now.status == event.to_status == (MATCH_STEPS[kind].leads_to or before)
        assert event.from_status == before


@pytest.mark.parametrize("kind", KINDS)
def test_no_step_is_taken_on_a_match_that_was_moved_meanwhile(kind):
    match = MatchFactory()
    for expected in sorted(MATCH_STEPS[kind].open_from):
        for found in sorted(set(MatchStatus) - {expected}):
            as_read = standing_at(match, expected)
            standing_at(match, found)
            with pytest.raises(ReviewRefused, match="in the meantime"):
                take_step(as_read, kind, by=None, **changes_of(kind))
            now = Match.objects.get(pk=match.pk)
            assert (now.status, now.on_hold_at, now.updated_at) == (found, None, LONG_AGO), expected
    assert not MatchEvent.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_no_step_is_taken_on_a_match_that_was_read_in_another_status(kind):
    match = MatchFactory()
    for right in sorted(MATCH_STEPS[kind].open_from):
        as_read = standing_at(match, right)
        for wrong in sorted(set(MatchStatus) - MATCH_STEPS[kind].open_from):
            as_read.status = wrong
            with pytest.raises(ReviewRefused, match="the step is not open to it"):
                take_step(as_read, kind, by=None, **changes_of(kind))
    assert not MatchEvent.objects.exists()


def test_a_step_leaves_the_other_matches_alone():
    match, other = MatchFactory(), MatchFactory()
    standing_at(other, MatchStatus.SUGGESTED)
    take_step(standing_at(match, MatchStatus.SUGGESTED), EventKind.SET_ASIDE, by=None, decided_on={})
    other.refresh_from_db()
    assert (other.status, other.updated_at) == (MatchStatus.SUGGESTED, LONG_AGO)


def test_a_note_of_the_longest_length_fits_and_one_more_character_does_not():
    match = MatchFactory()
    assert len(take_step(match, EventKind.NOTED, by=None, note="x" * LONGEST_NOTE).note) == LONGEST_NOTE
    with pytest.raises(ReviewRefused, match="at most 5000 fit"):
        take_step(match, EventKind.NOTED, by=None, note="x" * (LONGEST_NOTE + 1))
