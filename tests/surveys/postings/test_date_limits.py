"""The days at which postings and surveys begin and end: on the day, the day before, the day after, to the second.

A day begins on earth at UTC+14 and has ended everywhere at UTC−12: the 24th, from the 23rd at 10:00 UTC to the 25th at
12:00 UTC.
"""

import datetime as dt

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from directory.choices import Role
from directory.models import Mail, User
from surveys.answering.filling_in import open_surveys
from surveys.filtersets import OfferFilter
from surveys.models import Offer, Questionnaire, Survey
from surveys.postings import reminding, states, still_valid
from surveys.postings.deciding.held import PostingRefused
from tests.factories import (
    AgencyFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    PublishedOfferFactory,
    SurveyFactory,
    UserFactory,
)
from web.calendar.days import first_day_not_ended, last_day_begun

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

DAY = dt.date(2026, 11, 24)
ONE_DAY, ONE_SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
BEGINS = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
HAS_ENDED = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)

OPENING = [(BEGINS - ONE_SECOND, False), (BEGINS, True), (BEGINS + ONE_SECOND, True)]
CLOSING = [(HAS_ENDED - ONE_SECOND, True), (HAS_ENDED, False), (HAS_ENDED + ONE_SECOND, False)]


def shown(is_open: str) -> list[Offer]:
    return list(OfferFilter(QueryDict(f"is_open={is_open}"), queryset=Offer.objects.all()).qs)


def editions(**dates: dt.date | None) -> Survey:
    survey = SurveyFactory(**dates)
    Questionnaire.objects.create(survey=survey)
    return survey


def test_a_day_on_a_round_earth():
    assert first_day_not_ended(HAS_ENDED - ONE_SECOND) == DAY
    assert first_day_not_ended(HAS_ENDED) == DAY + ONE_DAY
    assert last_day_begun(BEGINS - ONE_SECOND) == DAY - ONE_DAY
    assert last_day_begun(BEGINS) == DAY


@pytest.mark.parametrize(("now", "is_open"), CLOSING)
def test_a_posting_closes_when_its_last_day_has_ended_everywhere(now, is_open):
    offer = PublishedOfferFactory(closes_on=DAY)
    with time_machine.travel(now, tick=False):
        assert offer.is_closed is not is_open
        assert Offer.objects.open_now().exists() is is_open
        assert shown("true") == ([offer] if is_open else [])
        assert shown("false") == ([] if is_open else [offer])


@pytest.mark.parametrize(("now", "is_open"), OPENING)
def test_a_posting_opens_when_its_first_day_has_begun_somewhere(now, is_open):
    offer = PublishedOfferFactory(opens_on=DAY)
    with time_machine.travel(now, tick=False):
        assert offer.is_closed is False
        assert Offer.objects.open_now().exists() is is_open
        assert shown("true") == ([offer] if is_open else [])
        assert shown("false") == ([] if is_open else [offer])


def test_both_ends_of_a_posting_are_inclusive_on_a_given_day():
    offer = PublishedOfferFactory(opens_on=DAY, closes_on=DAY + 2 * ONE_DAY)
    opened = [number for number in range(-1, 4) if Offer.objects.open_on(DAY + number * ONE_DAY).exists()]
    assert opened == [0, 1, 2]
    Offer.objects.filter(pk=offer.pk).update(opens_on=None, closes_on=None)
    assert Offer.objects.open_on(DAY).exists()


@pytest.mark.parametrize(("now", "is_open"), CLOSING)
def test_a_survey_is_answered_until_its_last_day_has_ended_everywhere(now, is_open):
    editions(opens_on=DAY - 9 * ONE_DAY, closes_on=DAY)
    with time_machine.travel(now, tick=False):
        assert open_surveys().exists() is is_open


@pytest.mark.parametrize(("now", "is_open"), OPENING)
def test_a_survey_is_answered_from_where_its_first_day_has_begun(now, is_open):
    editions(opens_on=DAY, closes_on=None)
    with time_machine.travel(now, tick=False):
        assert open_surveys().exists() is is_open


def test_a_survey_without_a_first_day_or_a_questionnaire_is_not_answered():
    editions(opens_on=None)
    SurveyFactory(opens_on=DAY - ONE_DAY)
    with time_machine.travel(HAS_ENDED, tick=False):
        assert not open_surveys().exists()


@pytest.mark.parametrize(("now", "is_open"), CLOSING)
def test_a_posting_is_renewed_until_a_day_that_has_not_ended(now, is_open, manager):
    offer = ConfirmedOfferFactory(closes_on=dt.date(2026, 11, 1))
    with time_machine.travel(now, tick=False):
        if not is_open:
            with pytest.raises(PostingRefused, match="has ended"):
                states.renew(posting=offer, by=manager, closes_on=DAY)
            return
        states.renew(posting=offer, by=manager, closes_on=DAY)
        assert not Offer.objects.get().is_closed


@pytest.mark.parametrize(("now", "released"), [(DAY - ONE_DAY, False), (DAY, True), (DAY + ONE_DAY, True)])
def test_results_are_released_from_their_day_on(client, now, released):
    survey, other = SurveyFactory(results_released_on=DAY), SurveyFactory(results_released_on=dt.date(2020, 1, 1))
    changes = reverse("surveys:survey_changes", args=[other.code, survey.code])
    with time_machine.travel(dt.datetime.combine(now, dt.time(12), tzinfo=dt.UTC), tick=False):
        assert survey.is_released is released
        assert client.get(changes).status_code == (200 if released else 404)


def test_nothing_is_confirmed_on_a_day_to_come(manager):
    offer = PublishedOfferFactory()
    with time_machine.travel(dt.datetime.combine(DAY, dt.time(23, 59), tzinfo=dt.UTC), tick=False):
        with pytest.raises(PostingRefused, match="on a day to come"):
            states.confirm(posting=offer, by=manager, on=DAY + ONE_DAY)
        assert states.confirm(posting=offer, by=manager, on=DAY).confirmed_on == DAY
        assert states.confirm(posting=offer, by=manager, on=DAY).confirmed_on == DAY
        with pytest.raises(PostingRefused, match="later day already"):
            states.confirm(posting=offer, by=manager, on=DAY - ONE_DAY)


# --- Reminders


@pytest.fixture
def speaker(db: None) -> User:
    return UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory(country=CountryFactory(iso3="THA")))


def reminded(kind: str, on: dt.date) -> bool:
    before = Mail.objects.filter(kind=kind).count()
    reminding.write_reminders(on)
    return Mail.objects.filter(kind=kind).count() > before


def test_a_month_and_a_week_before_the_end_the_owners_are_told_once_each(speaker):
    PublishedOfferFactory(country=CountryFactory(iso3="THA"), closes_on=DAY)
    told = [days for days in range(40, -3, -1) if reminded("posting_expiring", DAY - days * ONE_DAY)]
    assert told == [30, 7]


@pytest.mark.parametrize("days", [1, 5, 7, 8, 29])
def test_what_nobody_was_told_of_in_time_is_told_once(speaker, days):
    """A posting made, or a clock that went again, within both of the times."""
    PublishedOfferFactory(country=CountryFactory(iso3="THA"), closes_on=DAY)
    assert reminding.write_reminders(DAY - days * ONE_DAY) == 1
    assert reminding.write_reminders(DAY - days * ONE_DAY) == 0
    assert Mail.objects.filter(kind="posting_expiring").count() == 1


def test_what_closes_today_is_too_late_to_tell(speaker):
    PublishedOfferFactory(country=CountryFactory(iso3="THA"), closes_on=DAY)
    assert not reminded("posting_expiring", DAY)
    assert reminded("posting_expiring", DAY - ONE_DAY)


def test_a_year_after_it_was_confirmed_the_owners_are_asked(speaker):
    PublishedOfferFactory(country=CountryFactory(iso3="THA"), confirmed_on=DAY)
    year_later = dt.date(2027, 11, 24)
    assert not reminded("still_valid", year_later - ONE_DAY)
    assert reminded("still_valid", year_later)
    assert not reminded("still_valid", year_later + ONE_DAY)


@pytest.mark.parametrize(("days", "works"), [(60, True), (60 + 1 / 86400, False)])
def test_the_link_of_the_mail_works_for_sixty_days(speaker, days, works):
    offer = PublishedOfferFactory(agency=speaker.affiliations.get().agency, country=CountryFactory(iso3="THA"))
    with time_machine.travel(HAS_ENDED, tick=False) as clock:
        token = still_valid.address(speaker, "offer", offer.pk).rstrip("/").rsplit("/", 1)[1]
        clock.shift(dt.timedelta(days=days))
        assert (still_valid.read_token(token) is not None) is works
