"""Whatever happens to postings, runs and workers: the daily work and the watch leave what a full run would leave."""

import random
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.conf import settings
from django.db import transaction

from matching import tasks
from matching.choices import RunState
from matching.models import MatchRun, PostingMark
from matching.runs import in_blocks, running
from matching.runs.rematch import match_marked
from matching.runs.running import run_matching
from ssc_portal.running.daily import run_daily
from tests.matching.runs.changing import (
    OF_ALL,
    WRITES,
    World,
    decide,
    expire,
    shown,
    suggestions,
    what_a_run_leaves,
)
from web.calendar.days import today
from web.jobs import handing_out
from web.jobs import watch as watching
from web.jobs.companion import do_one
from web.jobs.handing_out import task_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

DAY, MINUTE = 86_400, 60
"""In seconds."""


class Portal:
    """The portal with its clock, its workers and its broker, each of which may fail."""

    def __init__(self, draw: random.Random, clock: time_machine.Traveller) -> None:
        self.draw, self.clock = draw, clock
        self.is_broker_up = True
        self.queue: list[tuple[str, tuple[int, ...]]] = []

    def hand_out(self, name: str, *arguments: int) -> bool:
        """Take a task, where there is a broker and it answers."""
        is_taken = bool(settings.CELERY_BROKER_URL) and self.is_broker_up
        if is_taken:
            self.queue.append((name, arguments))
        return is_taken

    def work(self, *, most: int) -> None:
        """Let workers, or the companion where there is no broker, do so many tasks."""
        for _time in range(most):
            if self.queue:
                name, arguments = self.queue.pop(self.draw.randrange(len(self.queue)))
                task_of(name)(*arguments)
            elif settings.CELERY_BROKER_URL or not do_one():
                return

    def forget(self) -> None:
        """Let the broker and the workers stop in the middle of what they do: all that they held is lost."""
        self.work(most=self.draw.randrange(4))
        self.is_broker_up = False
        self.queue.clear()

    def die_in_a_run(self) -> None:
        """Let a run of one process stop for good as it stores."""
        if not MatchRun.objects.filter(state=RunState.RUNNING).exists():
            run = running.begin()
            running.read_inputs(run)

    def settle(self) -> None:
        """Let three hours go by: the daily work of each hour, and the watch, which waits an hour after a failed run."""
        self.is_broker_up = True
        for _hour in range(3):
            assert run_daily(today())[1] == []
            for _time in range(4):
                self.clock.shift(15 * MINUTE)
                for task in (watching.watch, tasks.match_marked, tasks.watch_runs):
                    task()
                    self.work(most=100)
        assert not MatchRun.objects.filter(state=RunState.RUNNING).exists()
        assert not PostingMark.objects.exists()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-30T12:30:00Z", tick=True) as traveller:
        yield traveller


@pytest.mark.parametrize(("seed", "has_broker"), [(1, False), (1, True), (2, True)])
def test_days_of_accidents_leave_what_a_run_would(
    seed: int,
    has_broker: bool,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = random.Random(seed)
    portal, world = Portal(draw, clock), World.made(draw, clock, each=12)
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", "memory://" if has_broker else "")
    monkeypatch.setattr(settings, "JOBS_HERE", False)
    for module in (handing_out, watching):
        monkeypatch.setattr(module, "hand_out", portal.hand_out)
    monkeypatch.setattr(transaction, "on_commit", lambda act: act())
    monkeypatch.setattr(in_blocks, "PAIRS_A_BLOCK", 20)
    run_matching()
    accidents: tuple[Callable[[], object], ...] = (portal.forget, portal.die_in_a_run, match_marked)
    for _day in range(2):
        clock.shift(DAY)
        # A place that a reviewer freed is filled by the run of the day, and by no other.
        decide(world)
        portal.settle()
        everything = shown()
        assert everything == what_a_run_leaves(shown)
        for act in draw.sample((*WRITES, *OF_ALL, expire), 4):
            act(world)
            draw.choice(accidents)()
        portal.settle()
        left = suggestions()
        assert left
        assert left == what_a_run_leaves()
