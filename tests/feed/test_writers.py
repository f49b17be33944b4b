"""Eight that write at once, whose commits come late and in another order than their writes, and a copy beside them."""

import datetime as dt
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

from feed.audiences import FeedAudience
from feed.models import FeedMark
from feed.sequencing import sequencer
from tests.api import client_of
from tests.factories import UserFactory
from tests.feed.copying import Copy, listed, seen, sequence
from tests.feed.happening import HAPPENINGS, delete_match, delete_posting, make_world, swap_codes

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

WRITERS, EACH = 8, 125
HELD_OPEN = 5
"""So many looks of the sequencer a transaction may outlast: a commit that is late by five seconds, without a clock."""
NOT_AT_ONCE = {delete_match, delete_posting, swap_codes}
"""What finds its row taken away, or its code taken, by another."""
MOST_TRIES = 50


class Turns:
    """Lets a writer wait until the sequencer has looked so many times."""

    def __init__(self) -> None:
        self._looked, self._changed, self.is_over = 0, threading.Condition(), False

    def next(self) -> None:
        with self._changed:
            self._looked += 1
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.is_over = True
            self._changed.notify_all()

    def wait(self, looks: int) -> None:
        with self._changed:
            until = self._looked + looks
            self._changed.wait_for(lambda: self._looked >= until or self.is_over, timeout=30)


def write(seed: int, turns: Turns, done: list[int], failed: list[Exception]) -> None:
    """Make changes, each in a transaction of its own, some of which stay open while the sequencer looks."""
    draw = random.Random(seed)
    happenings = [one for one in HAPPENINGS if one not in NOT_AT_ONCE]
    try:
        for _number in range(EACH):
            happening: Callable[[random.Random], None] = draw.choice(happenings)
            for _try in range(MOST_TRIES):
                try:
                    with transaction.atomic():
                        happening(draw)
                        if draw.random() < 0.05:
                            turns.wait(draw.randint(1, HELD_OPEN))
                    break
                except OperationalError:  # two that wait for each other: one of them tries again
                    continue
            done.append(1)
    except Exception as error:
        failed.append(error)
    finally:
        connection.close()


@pytest.fixture
def clients(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[FeedAudience, Client]:
    settings.SESSION_COOKIE_AGE = settings.SESSION_IDLE_SECONDS = 10**8
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": None, "user": None})
    return {FeedAudience.ANONYMOUS: Client(), FeedAudience.READ_MATCHES: client_of(UserFactory(role="partner"))}


def test_a_copy_is_exact_though_eight_write_and_commit_late(
    clients: dict[FeedAudience, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_world()
    sequence()
    monkeypatch.setattr(sequencer, "LONGEST", 0.1)  # a look is a block or two, however much is written meanwhile
    copies = {audience: Copy(client) for audience, client in clients.items()}
    turns = Turns()
    done: list[int] = []
    failed: list[Exception] = []
    writers = [threading.Thread(target=write, args=(seed, turns, done, failed), daemon=True) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    looks = 0
    while any(writer.is_alive() for writer in writers):
        sequencer.bring_up_to_date()
        turns.next()
        looks += 1
        if looks % 5 == 0:
            for copy in copies.values():
                copy.update()
    for writer in writers:
        writer.join()
    assert (failed, len(done)) == ([], WRITERS * EACH)

    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=1), tick=False):
        sequence()
        for audience, copy in copies.items():
            copy.update()
            assert copy.rows == seen(audience)
            assert copy.rows == listed(copy.client)
    assert not FeedMark.objects.exists()
    assert looks > HELD_OPEN
