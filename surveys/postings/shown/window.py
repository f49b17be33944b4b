"""The window of a country as those see it who decide on it: its state, and who changed what, when."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from directory.models import Country
from surveys.models import CountryWindow
from surveys.postings.deciding.windows import DECIDED, window_of_country
from surveys.postings.shown.history import people_of_the_secretariat
from web.since_shown import Happening, Shown

MOST_CHANGES = 100


@dataclass(frozen=True)
class WindowChange:
    """One change of a window: each field as it then was, in words, where it had been another."""

    at: dt.datetime
    who: str
    what: list[str]


class ShownWindow(Shown):
    """The window of a country, as its page shows it."""

    def __init__(self, country: Country) -> None:
        self.country, self.window = country, window_of_country(country)

    def state(self) -> Any:
        """Return what the country has decided, and whether it is paused."""
        decided = [getattr(self.window, name) for name in DECIDED]
        return [self.country.pk, *decided, self.window.paused_at is not None]

    def hold(self) -> None:
        """Hold the row of the window, where there is one, and read it anew."""
        held = CountryWindow.objects.select_for_update(of=("self",)).filter(country=self.country).first()
        self.window = held or CountryWindow(country=self.country)

    def happened(self, since: dt.datetime) -> list[Happening]:
        """Return the changes of others and one's own, with what each made of it."""
        newer = [change for change in changes_of(self.country) if change.at > since]
        return [Happening(change.at, ", ".join(change.what), change.who) for change in reversed(newer)]


def changes_of(country: Country) -> list[WindowChange]:
    """Return what was changed, newest first, in two queries; the secretariat's people are not named."""
    history: Any = CountryWindow.history
    newest = history.filter(country=country).select_related("history_user").order_by("-history_date", "-history_id")
    rows = list(newest[:MOST_CHANGES])
    staff = people_of_the_secretariat({row.history_user_id for row in rows})
    defaults = CountryWindow(country=country)
    found = []
    for row, before in pairwise([*rows, defaults]):
        what = _changes(row, before)
        if what:
            found.append(WindowChange(row.history_date, _who(row, staff), what))
    return found


def _changes(row: Any, before: Any) -> list[str]:
    said = _("%(field)s: %(value)s")
    what = []
    for name in DECIDED:
        if getattr(row, name) != getattr(before, name):
            field: Any = CountryWindow._meta.get_field(name)  # noqa: SLF001 - Django's documented API
            label = capfirst(str(field.verbose_name))
            display = getattr(row, f"get_{name}_display", None)
            what.append(said % {"field": label, "value": display() if display else getattr(row, name)})
    if (row.paused_at is None) != (before.paused_at is None):
        what.append(_("Paused") if row.paused_at else _("Shown again"))
    return what


def _who(row: Any, staff: set[int]) -> str:
    if row.history_user_id is None:
        return _("the portal")
    return _("the secretariat") if row.history_user_id in staff else str(row.history_user)
