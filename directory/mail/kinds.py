"""The kinds of mail: each app says what fills its own, by code, when it starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from directory.models import User


class Purpose(StrEnum):
    """Why a mail is sent, which decides whether a person can do without it."""

    ACCOUNT = "account"
    """The person has to have it: an invitation, a proposal, an introduction."""
    REMINDER = "reminder"
    """Left out where the person wants no reminders."""
    DIGEST = "digest"
    """As often as the person wants to hear of new matches."""
    WEEKLY = "weekly"
    """Left out where the person wants no weekly summary."""


Build = Callable[[User | None, Mapping[str, Any]], Mapping[str, Any] | None]
"""Given the reader (None: an office mailbox) and what the mail is about, the context of its templates; None where the
reader may not, or need not, hear of it any more. It is called when the mail is sent, in the reader's language.
"""


@dataclass(frozen=True)
class MailKind:
    """One kind of mail; its templates are `mail/<code>.txt`, `mail/<code>.html` and `mail/<code>.subject.txt`."""

    code: str
    purpose: Purpose
    build: Build


KINDS: dict[str, MailKind] = {}


def register(code: str, *, purpose: Purpose) -> Callable[[Build], Build]:
    """Make the decorated function the builder of the mails of this code. Raises ValueError for a code taken."""

    def add(build: Build) -> Build:
        if code in KINDS:
            raise ValueError(f"Two kinds of mail are called {code!r}.")
        KINDS[code] = MailKind(code=code, purpose=purpose, build=build)
        return build

    return add
