"""Somebody changed this since you looked: the one way in which a page says what it showed, and a step finds out.

A page carries a mark in the hidden field AS_OF: the moment at which it was made, and a hash, keyed by the portal's
secret, of the state that it showed. What is sent from it is held against the state as it is by then. Where the two
differ, nothing is done, the person is told what happened since that moment, and the page that answers carries what was
typed and a new mark: sent once more, it is meant.

What the state of a kind of thing is, and what may be told of it, is a subclass of `Shown` in the room of that kind.
"""

import datetime as dt
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

AS_OF = "as_of"
MOST_TOLD = 20


@dataclass(frozen=True)
class Happening:
    """One thing that happened since a page was shown, as its reader may know it."""

    at: dt.datetime
    what: str
    who: str = ""


class ChangedSinceShown(ValueError):
    """The state is no longer the one that the page showed; the text says who changed what, and when."""

    def __init__(self, happened: Sequence[Happening], *, now: str = "") -> None:
        told = render_to_string("includes/since_shown.txt", {"happened": happened[:MOST_TOLD], "now": now})
        super().__init__(" ".join(told.split()))


class Shown(ABC):
    """One thing that several people change, as a page shows it to one of them."""

    @abstractmethod
    def state(self) -> Any:
        """Return all that makes the page another one, as JSON or with a text of its own."""

    @abstractmethod
    def hold(self) -> None:
        """Read the state anew, and hold the thing until the transaction ends."""

    @abstractmethod
    def happened(self, since: dt.datetime) -> list[Happening]:
        """Return what happened later than `since`, oldest first, and no more of it than the reader may know."""

    def state_in_words(self) -> str:
        """Return how it stands now, where that can be said in a few words."""
        return ""

    def mark(self) -> str:
        """Return the mark for a page that is made now."""
        return self._mark(f"{int(timezone.now().timestamp() * 1_000_000):x}")

    def version(self) -> str:
        """Return what the state alone makes of the mark: for machines, which are told what happened in other ways."""
        state = json.dumps([type(self).__qualname__, self.state()], default=str)
        return salted_hmac("web.since_shown", state).hexdigest()[:32]

    def check(self, mark: str) -> None:
        """Raise ChangedSinceShown unless the state is still the one that the page with this mark showed.

        Call it in the transaction of the step: of two who press at once the second waits, and is told.
        """
        self.hold()
        moment, _separator, _hash = mark.partition("~")
        if not constant_time_compare(mark, self._mark(moment)):
            raise ChangedSinceShown(self.happened(_instant(moment)), now=self.state_in_words())

    def _mark(self, moment: str) -> str:
        return f"{moment}~{self.version()}"


@contextmanager
def as_shown(shown: Shown, mark: str) -> Iterator[None]:
    """Let a step be taken, in a transaction, where the page with this mark still holds; else ChangedSinceShown."""
    with transaction.atomic():
        shown.check(mark)
        yield


class AsOfField(forms.CharField):
    """The mark in a form. It is no content: a form in which it alone differs has not changed."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return False."""
        return False


class SinceShownForm(forms.BaseForm):
    """A form that carries the mark of its page, and refuses what was typed on a page that no longer holds.

    What comes without a mark comes from no page (a sheet that somebody wrote): nothing was shown, nothing is checked.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[AS_OF] = AsOfField()
        if not self.is_bound and (shown := self.shown()) is not None:
            self.initial[AS_OF] = shown.mark()

    def shown(self) -> Shown | None:
        """Return what the form changes; None for something new."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any] | None:
        """Refuse what somebody else has changed meanwhile."""
        mark = self.cleaned_data.pop(AS_OF, "")
        cleaned: dict[str, Any] | None = super().clean()
        if mark and (shown := self.shown()) is not None:
            try:
                # Held beyond this where the form is read in the transaction that saves it.
                with transaction.atomic():
                    shown.check(mark)
            except ChangedSinceShown as changed:
                self.mark_anew(shown)
                raise ValidationError(str(changed), code=AS_OF) from changed
        return cleaned

    def mark_anew(self, shown: Shown) -> None:
        """Let the form, which is shown again with what was typed, carry the state as it is now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix(AS_OF)] = shown.mark()
        self.data = data

    @property
    def is_out_of_date(self) -> bool:
        """Whether somebody else changed it meanwhile."""
        return self.has_error("__all__", code=AS_OF)


def _instant(moment: str) -> dt.datetime:
    """Return the moment of a mark; now for what no page of the portal carries: then nothing is told."""
    try:
        return dt.datetime.fromtimestamp(int(moment, 16) / 1_000_000, tz=dt.UTC)
    except (ValueError, OverflowError, OSError):
        return timezone.now()
