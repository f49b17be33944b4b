"""When a run is due that nobody asks for: once a day, and when what concerns every posting has changed.

A posting that is written to is marked and matched at once (`life.marks`). What a day brings needs a run: terms of
refusals end, memberships begin and end, transitions after a graduation run out. So the first daily work of a day
starts one. And one is due where postings have opened since the last began, at whatever hour of the day that is, and
where the directory (memberships, groups, areas and their parents, modalities, countries, the countries and kinds of
agencies) is not what the last run has read. No writer of these has to say so, and none can forget it.
"""

import datetime as dt

from django.utils import timezone

from matching.choices import RunState
from matching.models import MatchRun
from matching.runs import in_blocks
from matching.runs.running import RunRefused
from matching.scoring.inputs import digest_of_directory
from matching.scoring.vocabulary import Vocabulary
from surveys.models import Need, Offer
from surveys.postings.shown.reach import ReachTable
from web.calendar.days import last_day_begun, today

WAITS_AFTER_FAILURE = dt.timedelta(hours=1)
"""A run that failed is not tried again every minute."""


def start_of_day(on: dt.date) -> int:
    """Start the run of the day `on` where none has begun on it, or another that is due; return how many began."""
    begun = MatchRun.objects.filter(is_what_if=False, on=on).exclude(state=RunState.FAILED)
    return start_where_due() if begun.exists() else _start()


def start_where_due() -> int:
    """Start a run where what concerns every posting has changed since the last; return how many began."""
    last, newest = MatchRun.objects.public().select_related("profile").first(), _newest()
    if last is None or newest is None or newest.state == RunState.RUNNING:
        return 0
    failed_at = newest.finished_at if newest.state == RunState.FAILED else None
    if failed_at is not None and failed_at > timezone.now() - WAITS_AFTER_FAILURE:
        return 0
    return _start() if _is_due_since(last) else 0


def _is_due_since(last: MatchRun) -> bool:
    reach_table = ReachTable.on_day(today(), transition_years=last.profile.transition_years)
    if last.input_digests.get("directory") != digest_of_directory(Vocabulary.read(), reach_table):
        return True
    since = {"opens_on__gt": last_day_begun(last.started_at), "opens_on__lte": last_day_begun()}
    return any(model.objects.published().filter(**since).exists() for model in (Need, Offer))


def _newest() -> MatchRun | None:
    return MatchRun.objects.filter(is_what_if=False).first()


def _start() -> int:
    try:
        in_blocks.start()
    except RunRefused:
        # Another is at work: the next hour, or the next minute, looks again.
        return 0
    return 1
