"""What the reader of a form tells about it: problems, for which it is refused, and notices of what is left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

ROW = "ssc_row"
"""The column in which each row carries its number through the library."""


class Findings:
    """Problems and notices; what holds of several questions is said once, with the name and row of each."""

    def __init__(self) -> None:
        self._problems: dict[str, list[str]] = {}
        self._notices: dict[str, list[str]] = {}

    def problem(self, node: Mapping[str, Any], said: str) -> None:
        """Keep a reason to refuse the form."""
        _keep(self._problems, named(node), said)

    def notice(self, node: Mapping[str, Any], said: str) -> None:
        """Keep something that is left out, or read otherwise than it stands there."""
        _keep(self._notices, named(node), said)

    def notice_of_form(self, said: str) -> None:
        """Keep the same of the form as a whole."""
        self._notices.setdefault(said, [])

    @property
    def problems(self) -> list[str]:
        """Why the form is refused, for people."""
        return _in_words(self._problems)

    @property
    def notices(self) -> list[str]:
        """What is left out, for people."""
        return _in_words(self._notices)


def _keep(kept: dict[str, list[str]], name: str, said: str) -> None:
    names = kept.setdefault(said, [])
    if name not in names:
        names.append(name)


def _in_words(kept: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        _("%(questions)s: %(said)s") % {"questions": ", ".join(names), "said": said} if names else said
        for said, names in kept.items()
    ]


def named(node: Mapping[str, Any]) -> str:
    """Return how a question is called in a message: its name, and its row as the sheet counts it."""
    if row := node.get(ROW):
        return _("“%(name)s” (row %(row)s)") % {"name": node.get("name", ""), "row": row}
    return _("“%(name)s”") % {"name": node.get("name", "")}


def rows_in_words(rows: Sequence[str]) -> str:
    """Return the first rows of several, and how many more there are."""
    shown = ", ".join(rows[:8])
    more = len(rows) - 8
    return shown if more <= 0 else _("%(rows)s and %(more)d more") % {"rows": shown, "more": more}
