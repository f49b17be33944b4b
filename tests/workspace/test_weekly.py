"""The weekly mail: on the first working day of the reader's week, made up for, once, and not without news."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client

from directory.choices import Digest, MailState, Role
from directory.mail.kinds import Purpose
from directory.mail.sending import send_due
from directory.mail.unsubscribing import unsubscribe_address
from directory.mail.weekly import weekly_readers
from directory.models import Agency, Mail, User
from ssc_portal.running.daily import PARTS, run_daily
from surveys.choices import PostingStatus
from tests.factories import (
    AffiliationFactory,
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    PublishedNeedFactory,
    TargetFactory,
    UserFactory,
)
from workspace.home.weekly import write_weekly

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

MONDAY = dt.date(2026, 11, 30)
LAST_WEEK = MONDAY - dt.timedelta(days=5)


def day(later: int) -> dt.date:
    return MONDAY + dt.timedelta(days=later)


def at(when: dt.date, hour: int = 12) -> time_machine.travel:
    return time_machine.travel(dt.datetime.combine(when, dt.time(hour, tzinfo=dt.UTC)), tick=False)


def person(iso3: str | None = "THA", **values: object) -> User:
    """Somebody with a posting to confirm, whose last week was dealt with."""
    country = CountryFactory(iso3=iso3) if iso3 else None
    agency = AgencyFactory(country=country)
    user = UserFactory(role=Role.FOCAL_POINT, role__agency=agency, weekly_on=LAST_WEEK, **values)
    if country is not None:
        PublishedNeedFactory(agency=agency, country=country, title=f"To confirm in {iso3}")
    return user


def written() -> list[User]:
    mails = Mail.objects.filter(kind="weekly").order_by("pk")
    return [one.to_user for one in mails if one.to_user is not None]


@pytest.mark.parametrize(
    ("iso3", "due"),
    [
        ("THA", dt.date(2026, 11, 30)),
        ("BGD", dt.date(2026, 11, 29)),  # a Sunday: Friday and Saturday are free
        ("IRN", dt.date(2026, 11, 28)),  # a Saturday: Friday alone is free
    ],
)
def test_it_comes_on_the_first_working_day_of_the_reader_s_week(iso3, due):
    user = person(iso3)
    User.objects.update(weekly_on=due - dt.timedelta(days=5))
    for earlier in (2, 1):
        assert write_weekly(due - dt.timedelta(days=earlier)) == 0
    assert write_weekly(due) == 1
    assert written() == [user]


def test_a_holiday_puts_it_later():
    person("THA")
    User.objects.update(weekly_on=dt.date(2026, 12, 1))
    assert [write_weekly(dt.date(2026, 12, number)) for number in (7, 8, 9)] == [0, 1, 0]


def test_without_a_country_the_week_begins_on_monday():
    user = person(None)
    assert [reader.user for reader in weekly_readers(MONDAY - dt.timedelta(days=1))] == []
    assert [reader.user for reader in weekly_readers(MONDAY)] == [user]


@pytest.mark.parametrize("later", [1, 3, 6])
def test_a_day_without_the_clock_is_made_up_for_within_the_week(later):
    person()
    assert write_weekly(day(later)) == 1
    assert [write_weekly(day(more)) for more in range(later, 7)] == [0] * (7 - later)
    assert write_weekly(day(7 + 1)) == 1, "and the next week as ever"


def test_weeks_without_the_clock_come_as_one_mail_with_all_that_is_new_since():
    user = person()
    (reader,) = weekly_readers(day(14))
    assert (reader.user, reader.since.date()) == (user, LAST_WEEK)
    assert write_weekly(day(14)) == 1
    assert write_weekly(day(15)) == 0


def test_what_turns_up_in_the_middle_of_a_week_waits_for_the_next():
    user = person()
    posting = user.affiliations.get().agency.needs.get()
    type(posting).objects.update(status=PostingStatus.WITHDRAWN)
    assert write_weekly(MONDAY) == 0, "nothing to say"
    type(posting).objects.update(status=PostingStatus.PUBLISHED)
    assert write_weekly(day(2)) == 0
    assert write_weekly(day(8)) == 1


def test_who_has_just_joined_hears_next_week_first():
    user = person()
    with at(day(1)):
        User.objects.filter(pk=user.pk).update(weekly_on=None, date_joined=dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC))
    assert write_weekly(day(2)) == 0
    assert write_weekly(day(8)) == 1


def test_two_who_write_at_once_write_one_mail():
    user = person()
    write_weekly(MONDAY)
    User.objects.filter(pk=user.pk).update(weekly_on=LAST_WEEK)
    assert write_weekly(MONDAY) == 0
    assert write_weekly(day(1)) == 0, "the key of the mail names the week"


def test_nobody_who_does_not_want_it_or_serves_no_more_is_written_to():
    unwanted, gone, inactive = person(wants_weekly=False), person(), person(is_active=False)
    gone.affiliations.update(ended_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    assert write_weekly(MONDAY) == 0
    unwanted.refresh_from_db()
    assert unwanted.weekly_on == MONDAY, "the week is dealt with: turned on again, it brings no months at once"
    for one in (gone, inactive):
        one.refresh_from_db()
        assert one.weekly_on == LAST_WEEK


def test_needs_that_stand_there_for_months_are_no_reason_for_a_mail():
    agency = AgencyFactory(country=CountryFactory(iso3="THA"))
    UserFactory(role=Role.FOCAL_POINT, role__agency=agency, weekly_on=LAST_WEEK)
    offer = ConfirmedOfferFactory(agency=agency, country=agency.country)
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    TargetFactory(offer=offer, country=need.country)
    with at(MONDAY - dt.timedelta(days=60)):
        match = MatchFactory(need=need, offer=offer)
    with at(MONDAY):
        assert write_weekly(MONDAY) == 0
        User.objects.update(weekly_on=LAST_WEEK)
        type(match).objects.update(shown_since=dt.datetime(2026, 11, 28, tzinfo=dt.UTC))
        assert write_weekly(MONDAY) == 1


def test_the_mail_says_what_the_page_does_and_can_be_unsubscribed_from():
    user = person()
    agency = Agency.objects.get(affiliations__user=user)
    offer = ConfirmedOfferFactory(agency=agency, country=agency.country, title="Our offer")
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"), title="Their <b>need</b>")
    TargetFactory(offer=offer, country=need.country)
    with at(MONDAY - dt.timedelta(days=1)):
        MatchFactory(need=need, offer=offer)
    with at(MONDAY):
        write_weekly(MONDAY)
        send_due()
        client = Client()
        client.force_login(user)
        page = client.get("/workspace/").content.decode()
    (sent,) = mail.outbox
    html = sent.alternatives[0].content
    for words in ("New fits for us", "Needs that we could serve", "Postings not confirmed", "To confirm in THA"):
        assert words in sent.body
        assert words in html
        assert words in page
    assert "Their <b>need</b>" in sent.body
    assert "<b>need" not in html
    assert f"/workspace/matches/{need.pk}-{offer.pk}/" in sent.body
    assert "/workspace/needs/?state=unconfirmed" in sent.body
    address = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = address.removeprefix("http://127.0.0.1:8000")
    assert "No more weekly summaries?" in Client().get(path).content.decode()
    user.refresh_from_db()
    assert user.wants_weekly
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    user.refresh_from_db()
    assert (user.wants_weekly, user.digest, user.wants_reminders) == (False, Digest.WEEKLY, True)


def test_a_mail_that_waits_is_not_sent_once_it_is_unwanted_or_says_nothing_new():
    unwanted, settled = person(), person("BGD")
    with at(MONDAY):
        assert write_weekly(MONDAY) == 2
        User.objects.filter(pk=unwanted.pk).update(wants_weekly=False)
        type(PublishedNeedFactory()).objects.filter(agency__affiliations__user=settled).update(confirmed_on=MONDAY)
        send_due()
    assert mail.outbox == []
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.DROPPED}


def test_who_wants_no_mails_on_new_matches_has_none_in_the_summary():
    user = person(digest=Digest.NEVER)
    agency = Agency.objects.get(affiliations__user=user)
    offer = ConfirmedOfferFactory(agency=agency, country=agency.country, title="Our offer")
    with at(MONDAY):
        MatchFactory(need=ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"), title="Their need"), offer=offer)
        write_weekly(MONDAY)
        send_due()
    (sent,) = mail.outbox
    assert "Their need" not in sent.body
    assert "To confirm in THA" in sent.body


def test_it_is_not_sent_before_the_morning_of_the_reader():
    person("THA", time_zone="Pacific/Honolulu")
    with at(MONDAY, hour=1):
        assert write_weekly(MONDAY) == 1
        send_due()
        assert mail.outbox == [], "Sunday afternoon there"
    with at(MONDAY, hour=17):
        send_due()
    assert len(mail.outbox) == 1


def test_who_serves_two_agencies_has_one_mail():
    user = person("THA")
    AffiliationFactory(user=user, agency=AgencyFactory(country=CountryFactory(iso3="BGD")), role=Role.FOCAL_POINT)
    assert write_weekly(MONDAY - dt.timedelta(days=1)) == 0
    assert write_weekly(MONDAY) == 1


def test_it_is_part_of_the_daily_work_and_comes_after_what_else_comes_weekly():
    names = list(PARTS)
    assert names.index("weekly summaries") > max(names.index("digests"), names.index("news of saved searches"))
    person()
    with at(MONDAY):
        done, failed = run_daily(MONDAY)
        assert (done["weekly summaries"], failed) == (1, [])
        done, failed = run_daily(MONDAY)
    assert (done["weekly summaries"], failed) == (0, [])


def test_the_profile_turns_it_off(client):
    user = person()
    client.force_login(user)
    page = client.get("/workspace/profile/").content.decode()
    assert "Weekly summary by e-mail" in page
    typed = {"full_name": "A", "language": "en", "time_zone": "UTC", "digest": "weekly"}
    client.post("/workspace/profile/", typed)
    user.refresh_from_db()
    assert not user.wants_weekly
    client.post("/workspace/profile/", typed | {"wants_weekly": "on"})
    user.refresh_from_db()
    assert user.wants_weekly


def test_the_link_of_one_purpose_is_no_other_s():
    user = person()
    path = unsubscribe_address(user, Purpose.REMINDER).removeprefix("http://127.0.0.1:8000")
    Client().post(path)
    user.refresh_from_db()
    assert (user.wants_weekly, user.wants_reminders) == (True, False)


def test_whose_week_is_due_is_one_query_for_all(django_assert_num_queries):
    for number in (1, 10):
        for _one in range(number):
            person()
        with django_assert_num_queries(1):
            weekly_readers(MONDAY)
