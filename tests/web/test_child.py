"""The child that parsers work in: whatever happens in it, the caller gets an answer or a reason, and goes on."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from web.child import calling
from web.child.calling import BUSY, RUNS_AWAY, answer_of_child
from web.child.limits import Limits
from web.child.refusing import Refused

pytestmark = pytest.mark.any_database

SMALL = Limits(cpu_seconds=1, seconds=3, memory_bytes=500_000_000, answer_bytes=5_000_000)
LONG = Limits(seconds=30)
MODULE = "tests.web.misbehaving"


def ask(do: str, data: bytes = b"", limits: Limits = SMALL) -> bytes:
    with answer_of_child(MODULE, data, limits=limits, options={"do": do}) as answer:
        return answer.read()


def refusal(do: str, data: bytes = b"", limits: Limits = SMALL) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        ask(do, data, limits)
    return refused.value.code, refused.value.at


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def ends_soon(pid: int) -> bool:
    for _turn in range(10_000):
        if not is_running(pid):
            return True
        os.sched_yield()
    return False


def test_the_answer_is_every_byte_of_it() -> None:
    data = bytes(range(256)) * 10_000
    assert ask("echo", data) == data
    assert ask("echo") == b""


def test_it_is_told_how_many_lines_there_are_and_what_is_raised_then_ends_the_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "TELL_EVERY", 0)
    began: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen

    def note(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        began.append(begin(*arguments, **options))
        return began[-1]

    monkeypatch.setattr(subprocess, "Popen", note)
    told: list[int] = []

    def look(lines: int) -> None:
        told.append(lines)
        if lines == 10_000:
            raise LookupError

    with pytest.raises(LookupError):
        answer_of_child(MODULE, b"", limits=LONG, options={"do": "write_lines_and_wait"}, on_lines=look)
    assert told == sorted(told)
    assert not is_running(began[0].pid)


@pytest.mark.parametrize(
    ("do", "code", "at"),
    [
        ("spin", RUNS_AWAY, ""),
        ("eat_memory", "too_large", ""),
        ("write_without_end", "too_large", ""),
        ("refuse_late", "not_so", "3"),
        ("fail", "broken", "KeyError"),
        ("die", RUNS_AWAY, ""),
        ("no_such_function", "broken", "KeyError"),
    ],
)
def test_whatever_goes_wrong_is_a_reason_and_half_an_answer_is_none(do: str, code: str, at: str) -> None:
    assert refusal(do) == (code, at)
    assert ask("echo", b"the next one is served") == b"the next one is served"


def test_who_only_waits_is_ended_by_the_clock() -> None:
    began = time.monotonic()
    assert refusal("wait", limits=Limits(cpu_seconds=1, seconds=1)) == (RUNS_AWAY, "")
    assert time.monotonic() - began < 10


def test_nothing_of_our_secrets_is_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANOTHER_SECRET", "x")
    known = {*calling._KEPT, "LC_CTYPE"}
    assert set(ask("environment").decode().split()) <= known


def test_what_it_has_begun_ends_with_it(tmp_path: Path) -> None:
    left_behind = int(ask("leave_somebody_behind"))
    noted = tmp_path / "pid"
    assert refusal("leave_somebody_and_wait", str(noted).encode(), Limits(seconds=3)) == (RUNS_AWAY, "")
    for pid in (left_behind, int(noted.read_text())):
        # A process that was killed may take the system a moment to remove.
        assert ends_soon(pid)


def test_no_more_than_some_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(calling, "SECONDS_TO_WAIT_FOR_A_PLACE", 0)
    calling._places.acquire()
    assert refusal("echo") == (BUSY, "")
    calling._places.release()
    refusal("fail")
    assert ask("echo", b"its place is free again") == b"its place is free again"


def test_a_child_whose_caller_is_gone_ends_by_itself() -> None:
    seen: dict[str, Any] = {}

    class Caller:
        """Begins a child, and never waits for it."""

        def __init__(self, *arguments: Any, **kwargs: Any) -> None:
            seen["child"] = subprocess.Popen(*arguments, **kwargs)
            self.pid = seen["child"].pid

        def wait(self, _timeout: float | None = None) -> int:
            return int(seen["child"].wait(20))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calling, "subprocess", _WithPopen(Caller))
        assert refusal("wait", limits=Limits(seconds=1)) == (RUNS_AWAY, "")
    assert seen["child"].returncode == -signal.SIGALRM


class _WithPopen:
    def __init__(self, popen: Any) -> None:
        self.Popen, self.DEVNULL, self.TimeoutExpired = popen, subprocess.DEVNULL, subprocess.TimeoutExpired
