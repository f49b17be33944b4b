"""What a parser of a hostile input may do; run in a child by `test_child.py`."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from web.child.refusing import Refused


def answer(data: bytes, options: Mapping[str, Any]) -> Iterator[bytes]:
    yield from globals()[options["do"]](data)


def echo(data: bytes) -> Iterator[bytes]:
    yield data


def environment(data: bytes) -> Iterator[bytes]:
    yield " ".join(sorted(os.environ)).encode()


def spin(data: bytes) -> Iterator[bytes]:
    while True:
        pass


def wait(data: bytes) -> Iterator[bytes]:
    time.sleep(60)
    yield b""


def write_lines_and_wait(data: bytes) -> Iterator[bytes]:
    yield b"a line\n" * 10_000
    sys.stdout.buffer.flush()
    time.sleep(60)
    yield b""


def eat_memory(data: bytes) -> Iterator[bytes]:
    yield b"x"
    yield bytes(2_000_000_000)


def write_without_end(data: bytes) -> Iterator[bytes]:
    while True:
        yield bytes(100_000)


def refuse_late(data: bytes) -> Iterator[bytes]:
    yield b"half of an answer"
    raise Refused("not_so", 3)


def fail(data: bytes) -> Iterator[bytes]:
    yield b"half of an answer"
    raise KeyError(data)


def die(data: bytes) -> Iterator[bytes]:
    yield b"half of an answer"
    os.abort()


def leave_somebody_behind(data: bytes) -> Iterator[bytes]:
    """Begin a process that outlives this one, whose standard input it holds open; say which."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield str(other.pid).encode()


def leave_somebody_and_wait(data: bytes) -> Iterator[bytes]:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(data.decode()).write_text(str(other.pid))
    time.sleep(60)
    yield b""
