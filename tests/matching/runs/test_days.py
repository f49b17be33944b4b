"""Whatever happens to postings, runs and workers: the daily work and the watch leave what a full run would leave."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

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
from web.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

DAY, MINUTE = 86_400, 60
"""In seconds."""


class Portal:
    """The portal with its clock, its workers and its broker, each of which may fail."""

    def __init__(self, draw: random.Random, clock: time_machine.Traveller) -> None:
        self.draw, self.clock = draw, clock
        self.is_broker_up = True
        self.queue: list[tuple[str, int]] = []

    def hand_out(self, name: str, number: int) -> int:
        """Take a job, where the broker is there."""
        if self.is_broker_up:
            self.queue.append((name, number))
        return int(self.is_broker_up)

    def work(self, *, most: int) -> None:
        """Let workers do so many jobs."""
        while self.queue and (most := most - 1) >= 0:
            name, number = self.queue.pop(self.draw.randrange(len(self.queue)))
            if name == "score_block":
                in_blocks.score_block(number, task=f"task {self.draw.random()}")
            else:
                {"prepare_run": tasks.prepare_run, "finish_run": tasks.finish_run}[name](number)

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
                tasks.watch_runs()
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
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = random.Random(seed)
    portal, world = Portal(draw, clock), World.made(draw, clock, each=12)
    settings.CELERY_BROKER_URL = "memory://" if has_broker else ""
    monkeypatch.setattr(in_blocks, "_hand_out", portal.hand_out)
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
