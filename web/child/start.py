"""Begins a child: sets its limits, loads the module that does the work, and answers on standard output.

Run by path, in Python's isolated mode: `start.py MODULE LIMITS OPTIONS`, the last two as JSON; the input stands on
standard input. MODULE has `answer(data, options)`, which yields bytes. It ends with 0, with REFUSED and the reason as
JSON in the place of an answer, or with NO_ROOM and nothing; every other end means that the system has ended it.
"""

import errno
import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = str(Path(__file__).resolve().parents[2])
REFUSED = 3
NO_ROOM = 4
"""The disk is full: not even a reason can be written."""


def main(module: str, limits: str, options: str) -> int:
    """Do the work and return the code to end with."""
    sys.path.insert(0, ROOT)
    from web.child.limits import Limits, set_limits
    from web.child.refusing import Refused

    set_limits(Limits(**json.loads(limits)))
    # openpyxl loads it where it is there, for numbers that no file holds: a third of what a child takes to begin.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        data = sys.stdin.buffer.read()
        _write(import_module(module).answer(data, json.loads(options)))
    except Refused as reason:
        return _refuse(reason.code, reason.at)
    except MemoryError:
        return _refuse("too_large", "")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return NO_ROOM
        return _refuse(*(("too_large", "") if error.errno == errno.EFBIG else ("broken", "OSError")))
    except Exception as error:
        # A hostile input may raise anything; it is refused by the kind of fault.
        return _refuse("broken", type(error).__name__)
    return 0


def _write(answer: Iterator[Any]) -> None:
    for part in answer:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _refuse(code: str, at: str) -> int:
    # Whatever was written until now is no answer; the buffer may be full of it: past it, to the file itself.
    try:
        os.ftruncate(1, 0)
        os.lseek(1, 0, os.SEEK_SET)
        os.write(1, json.dumps({"code": code, "at": at}).encode())
    except OSError:
        return NO_ROOM
    return REFUSED


if __name__ == "__main__":
    # Without the interpreter's own end, which would write what the buffer still holds behind the reason.
    os._exit(main(*sys.argv[1:4]))
