"""Gives bytes of strangers to a parser that runs in a process of its own."""

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from web.child.limits import Limits
from web.child.refusing import Refused
from web.child.start import NO_ROOM, REFUSED

START = Path(__file__).with_name("start.py")
AT_ONCE = 2
"""Children of one process of the portal: together they take no more memory than was meant for them."""
SECONDS_TO_WAIT_FOR_A_PLACE = 2
"""Shorter than anybody's patience: who waits holds a thread of the portal."""
TELL_EVERY = 1.0
"""Seconds after which whoever asked is told again how far a child is."""
PIECE = 1 << 20
RUNS_AWAY = "runs_away"
BUSY = "busy"

_KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
_places = threading.BoundedSemaphore(AT_ONCE)


def answer_of_child(
    module: str,
    data: bytes,
    *,
    limits: Limits | None = None,
    options: Mapping[str, Any] | None = None,
    on_lines: Callable[[int], None] | None = None,
) -> IO[bytes]:
    """Return what `answer(data, options)` of a module yields, as a temporary file that stands at its beginning.

    on_lines: is told now and then how many lines the answer has by now; what it raises ends the child.
    Raises Refused: with a code of the module; `too_large` beyond the memory or the size of an answer; `broken`, where
    the parser failed; RUNS_AWAY beyond its time; BUSY where others have taken all places.
    Raises OSError where the disk is full.
    """
    limits = limits or Limits()
    if not _places.acquire(timeout=SECONDS_TO_WAIT_FOR_A_PLACE):
        raise Refused(BUSY)
    try:
        return _run(module, data, limits, options or {}, on_lines)
    finally:
        _places.release()


def _run(
    module: str,
    data: bytes,
    limits: Limits,
    options: Mapping[str, Any],
    on_lines: Callable[[int], None] | None,
) -> IO[bytes]:
    answer = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked reads from it as long as he likes
    with tempfile.TemporaryFile() as given:
        given.write(data)
        given.seek(0)
        child = subprocess.Popen(  # noqa: S603 - our own script, no shell, nothing of the input in its arguments
            [
                sys.executable, "-I", "-W", "ignore", str(START),
                module, json.dumps(asdict(limits)), json.dumps(dict(options)),
            ],
            stdin=given,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            # A group of its own: it goes with whatever it has begun.
            start_new_session=True,
        )  # fmt: skip
        try:
            ended_with = _wait(child, answer, limits.seconds, on_lines)
        except subprocess.TimeoutExpired:
            raise Refused(RUNS_AWAY) from None
        finally:
            _end_group(child)
    answer.seek(0)
    if ended_with == REFUSED:
        said = json.loads(answer.read())
        raise Refused(said["code"], said["at"])
    if ended_with == NO_ROOM:
        # Nothing is wrong with the input: as if this process had had to write it.
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if ended_with != 0:
        raise Refused(RUNS_AWAY)
    return answer


def _wait(
    child: "subprocess.Popen[bytes]", answer: IO[bytes], seconds: float, on_lines: Callable[[int], None] | None
) -> int:
    """Wait until a child ends, and tell how far it is; raises TimeoutExpired beyond its time."""
    until = time.monotonic() + seconds
    at = lines = 0
    while True:
        left = max(until - time.monotonic(), 0)
        try:
            return child.wait(left if on_lines is None else min(left, TELL_EVERY))
        except subprocess.TimeoutExpired:
            if on_lines is None or time.monotonic() >= until:
                raise
        # The child writes where this file stands: it is read without moving it.
        while piece := os.pread(answer.fileno(), PIECE, at):
            at += len(piece)
            lines += piece.count(b"\n")
        on_lines(lines)


def _environment() -> dict[str, str]:
    """Nothing of this process's secrets."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def _end_group(child: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
