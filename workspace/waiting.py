"""What waits for a person: each part of the workspace says its own."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Waiting:
    """One kind of thing that waits, with where to go for it. `count` is at least 1; `detail` is one short sentence."""

    what: str | Promise
    count: int
    address: str
    detail: str | Promise = ""
    is_urgent: bool = False
