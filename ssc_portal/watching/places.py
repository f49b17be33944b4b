"""In which place of a shared folder a process of gunicorn counts its requests; needs no Django.

A worker lives for some two thousand requests. Counted by its process id, each would leave a file behind, and `/metrics`
would read more of them every day. So each has a place, which its successor takes over with what was counted.
"""

from collections.abc import Iterable
from itertools import count

from prometheus_client import values


def free_place(taken: Iterable[int]) -> int:
    """Return the first place that is not taken."""
    left = set(taken)
    return next(place for place in count() if place not in left)


def count_in(place: int) -> None:
    """Have this process count in this place from now on; before anything is counted."""
    values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]
