"""The limits that a child sets for itself before it loads a library or reads a byte."""

import signal
from dataclasses import dataclass

try:
    import resource
except ImportError:  # Windows has none; there the caller's clock alone holds
    resource = None  # type: ignore[assignment]

MOST_CPU_SECONDS = 240
OPEN_FILES = 128


@dataclass(frozen=True, slots=True)
class Limits:
    """cpu_seconds of computing, seconds by the clock, and bytes of memory and of the answer."""

    cpu_seconds: int = 4
    seconds: int = 20
    memory_bytes: int = 1_000_000_000
    answer_bytes: int = 50_000_000


def set_limits(limits: Limits) -> None:
    """Let the system end this process beyond its share, also when whoever waits for it is no longer there."""
    if resource is None:
        return
    signal.alarm(limits.seconds + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.answer_bytes, limits.answer_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def allow_more_time(seconds: int) -> None:
    """Allow so many seconds of computing from now: the work came forward."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (min(until, MOST_CPU_SECONDS), MOST_CPU_SECONDS))
