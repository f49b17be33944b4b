"""The desk's figures: what waits, how old it is, and what was decided month by month, in tables and their pictures."""

import datetime as dt

import pytest
from django.utils import timezone

from matching.choices import EventKind, MatchStatus
from matching.life.seen.statistics import decisions_by_month
from matching.models import Match, MatchEvent
from tests.factories import MatchFactory

pytestmark = pytest.mark.django_db
FIGURES = "/admin/matching/match/figures/"


@pytest.fixture
def figures(desk):
    """The figures by their codes, as the page has them."""

    def show(**query):
        response = desk.get(FIGURES, query)
        assert response.status_code == 200
        return {one.table.code: one for one in response.context["figures"]}

    return show


def event(kind: EventKind, at: dt.datetime) -> MatchEvent:
    match = MatchFactory()
    made = MatchEvent.objects.create(match=match, kind=kind, from_status=match.status, to_status=match.status)
    MatchEvent.objects.filter(pk=made.pk).update(at=at)
    return made


def test_each_bar_is_the_number_in_its_table(figures):
    MatchFactory.create_batch(2)
    MatchFactory(status=MatchStatus.LAPSED)
    event(EventKind.PROPOSED, timezone.now())
    found = figures()
    for code in ("status", "age", "decisions"):
        table, picture = found[code].table, found[code].picture
        assert [bar.parts for bar in picture.bars] == [row[1:] for row in table.rows]
    assert found["groups"].picture is None


def test_the_states_lead_to_as_many_matches_of_the_queue(desk, figures):
    MatchFactory.create_batch(3)
    MatchFactory(status=MatchStatus.SET_ASIDE, decided_on={"gates": ["same_side"]})
    for bar in figures()["status"].picture.bars:
        rows = desk.get(bar.address).context["page_obj"].paginator.count
        assert bar.total == rows, bar.address


def test_suggestions_are_counted_by_age(figures):
    young, old = MatchFactory.create_batch(2)
    Match.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=400))
    numbers = {bar.label: bar.number for bar in figures()["age"].picture.bars}
    assert (numbers["0-7 days"], numbers["365+ days"]) == ("1", "1")
    assert young.status == MatchStatus.SUGGESTED


def test_decisions_stand_in_their_month_and_older_ones_nowhere(time_machine):
    time_machine.move_to(dt.datetime(2026, 2, 10, tzinfo=dt.UTC))
    event(EventKind.PROPOSED, dt.datetime(2026, 1, 31, 23, 59, 59, tzinfo=dt.UTC))
    event(EventKind.SET_ASIDE, dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    event(EventKind.RELEASED, dt.datetime(2025, 3, 1, tzinfo=dt.UTC))
    event(EventKind.RELEASED, dt.datetime(2025, 2, 28, 23, 59, 59, tzinfo=dt.UTC))
    event(EventKind.NOTED, dt.datetime(2026, 2, 2, tzinfo=dt.UTC))
    table = decisions_by_month()
    assert table.columns == ("Month", "Proposed to both sides", "Released to the public", "Set aside", "Introduced")
    numbers = {row[0]: row[1:] for row in table.rows}
    assert next(iter(numbers)) == "March 2025"
    assert list(numbers)[-1] == "February 2026"
    assert len(numbers) == 12
    assert numbers["March 2025"] == (0, 1, 0, 0)
    assert numbers["January 2026"] == (1, 0, 0, 0)
    assert numbers["February 2026"] == (0, 0, 1, 0)
    assert sum(sum(row) for row in numbers.values()) == 3


def test_the_median_says_of_how_many_matches_it_is(figures):
    now = timezone.now()
    match = MatchFactory()
    for kind, days in ((EventKind.PROPOSED, 9), (EventKind.ANSWERED, 5)):
        made = MatchEvent.objects.create(match=match, kind=kind, from_status=match.status, to_status=match.status)
        MatchEvent.objects.filter(pk=made.pk).update(at=now - dt.timedelta(days=days))
    answered, *others = figures()["steps"].picture.bars
    assert (answered.parts, answered.number) == ((4.0,), "4.0 days, 1 match")
    assert [bar.number for bar in others] == ["–", "–", "–"]


@pytest.mark.any_database
def test_the_figures_take_as_many_queries_with_one_match_as_with_twenty(desk, django_assert_num_queries):
    for number in (1, 20):
        MatchFactory.create_batch(number)
        desk.get(FIGURES)
        with django_assert_num_queries(22):
            desk.get(FIGURES)
