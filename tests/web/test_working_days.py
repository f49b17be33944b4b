"""Where a week begins, and on which day of it people first work."""

import datetime as dt

import pytest

from web.calendar.working_days import first_working_day, is_working_day, week_begins

pytestmark = pytest.mark.any_database

MONDAY = dt.date(2026, 11, 30)
WEEK = [MONDAY + dt.timedelta(days=later) for later in range(7)]


@pytest.mark.parametrize(
    ("iso3", "begins"),
    [
        (None, "Monday"),
        ("THA", "Monday"),
        ("XYZ", "Monday"),
        ("BGD", "Sunday"),
        ("MDV", "Sunday"),
        ("IRN", "Saturday"),
        ("BRN", "Monday"),
    ],
)
def test_the_week_begins_after_the_weekend(iso3, begins):
    for day in WEEK:
        begin = week_begins(day, iso3)
        assert begin.strftime("%A") == begins
        assert 0 <= (day - begin).days < 7


def test_a_week_holds_each_day_once():
    for iso3 in (None, "BGD", "IRN", "BRN"):
        begins = {week_begins(MONDAY + dt.timedelta(days=later), iso3) for later in range(70)}
        assert len(begins) in (10, 11)
        assert {(one - min(begins)).days % 7 for one in begins} == {0}


def test_holidays_put_the_first_working_day_later():
    # Thailand: Monday the 7th of December 2026 is free for the 5th, a Saturday.
    assert first_working_day(dt.date(2026, 12, 7), "THA") == dt.date(2026, 12, 8)
    assert first_working_day(dt.date(2026, 12, 7), None) == dt.date(2026, 12, 7)


def test_a_week_without_a_working_day_has_none():
    # China, 2025: the 1st to the 8th of October are free, and the 6th is a Monday.
    assert not is_working_day(dt.date(2025, 10, 6), "CHN")
    free = [day for day in range(7) if is_working_day(dt.date(2025, 9, 29) + dt.timedelta(days=day), "CHN")]
    assert free
