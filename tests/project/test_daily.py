"""The daily work: each part happens, one that fails keeps none of the others from it, and again it does nothing."""

import datetime as dt
from io import StringIO

import pytest
from celery.schedules import crontab
from django.core.management import CommandError, call_command
from django.utils import timezone

from directory.choices import Digest
from directory.models import Mail, User
from matching.choices import MatchStatus
from matching.models import Match, MatchSide
from ssc_portal.celery import app
from ssc_portal.running import daily
from ssc_portal.tasks import DailyWorkFailed
from ssc_portal.tasks import daily as daily_task
from surveys.choices import Side
from surveys.models import Need
from tests.factories import ScoringProfileFactory, put_in, speaker_for, suggested_match

pytestmark = pytest.mark.django_db


@pytest.fixture
def match(db: None) -> Match:
    """A suggested match whose people want no digest: on Mondays everybody else has one."""
    ScoringProfileFactory()
    suggested = suggested_match()
    User.objects.update(digest=Digest.NEVER)
    return suggested


def work() -> dict[str, int]:
    done, failed = daily.run_daily(timezone.now().date())
    assert failed == []
    return done


def test_what_has_expired_lapses(match):
    Need.objects.filter(pk=match.need_id).update(closes_on=timezone.now().date() - dt.timedelta(days=3))
    assert work()["matches lapsed"] == 1
    assert work()["matches lapsed"] == 0
    match.refresh_from_db()
    assert match.status == MatchStatus.LAPSED


def test_a_side_that_is_silent_is_reminded_and_the_mail_goes_out_once(match, mailoutbox):
    put_in(MatchStatus.PROPOSED, match)
    MatchSide.objects.create(match=match, side=Side.NEED, asked_at=timezone.now() - dt.timedelta(days=90))
    done = work()
    assert (done["sides reminded to answer"], done["mails sent"]) == (1, 1)
    assert [one.to for one in mailoutbox] == [[speaker_for(match.need).email]]
    assert work()["mails sent"] == 0


def test_digests_are_written(match):
    User.objects.filter(pk=speaker_for(match.need).pk).update(digest=Digest.DAILY)
    assert work()["digests"] == 1
    assert work()["digests"] == 0


def test_one_part_that_fails_leaves_the_others_and_is_told(match, monkeypatch):
    def fails(on: dt.date) -> int:
        raise RuntimeError("not today")

    User.objects.filter(pk=speaker_for(match.need).pk).update(digest=Digest.DAILY)
    monkeypatch.setitem(daily.PARTS, "reminders of postings", fails)
    out = StringIO()
    with pytest.raises(CommandError, match="reminders of postings"):
        call_command("daily", stdout=out)
    assert "digests: 1" in out.getvalue()
    assert Mail.objects.count() == 1
    with pytest.raises(DailyWorkFailed, match="reminders of postings"):
        daily_task()


@pytest.mark.any_database
def test_the_clock_knows_tasks_that_there_are():
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
    assert app.conf.beat_schedule["daily"]["schedule"] == crontab(minute=10)
