"""What an offer or a need lacks before it may be published: the one rule, asked wherever something is published.

`surveys.postings.deciding.held` asks it of whatever is to be published; forms ask it to say the same at the field;
plans of imports and surveys ask it to leave as a draft what falls short. A condition of publication is one more
line of `lacks`.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.choices import AreaUse
from directory.models import PriorityArea
from surveys.choices import Side
from surveys.models.postings.posting import Posting, PostingQuerySet, Row
from web.calendar.days import first_day_not_ended
from web.text import fold

UNTITLED = "Untitled draft"
"""What stands in place of a title until somebody gives one; kept as it is, in whatever language the draft is read."""
VERBS = {Side.OFFER: "offers", Side.NEED: "seeks"}
"""As a title reads that the portal makes of answers which name no area and no modality: "Nepal seeks cooperation"."""

_NO_TITLE = re.compile(r"untitled draft( \d+)?")
_ONLY_WHO = re.compile(rf".*\b({'|'.join(VERBS.values())}) cooperation")
_BLANK_LETTERS = frozenset("\u115f\u1160")
"""Hangul fillers count as letters and show nothing."""

SHORT: dict[str, str | Promise] = {
    "title": gettext_lazy("no title of its own"),
    "areas": gettext_lazy("no area"),
    "modalities": gettext_lazy("no modality"),
    "closes_on": gettext_lazy("closing date past"),
}
"""What may be lacking, by field, in a few words for lists and counts."""


class Lack(NamedTuple):
    """The field that falls short, and in a sentence what would be right."""

    field: str
    words: str


def lacks(*, title: str, areas: Iterable[PriorityArea], states_modality: bool, closes_on: dt.date | None) -> list[Lack]:
    """Return what is lacking, in the order of the form; empty where it may be published.

    states_modality: whether it names a modality, or any form to be discussed, or nobody was asked for one.
    """
    found = [_of_title(title)]
    if not any(area.use == AreaUse.AREA for area in areas):
        found.append(Lack("areas", _("Choose at least one priority area; tags alone are not compared.")))
    if not states_modality:
        found.append(Lack("modalities", _("Choose a modality, or “Any form, to be discussed”.")))
    found.append(of_closing(closes_on))
    return [lack for lack in found if lack is not None]


def lacks_of(posting: Posting) -> list[Lack]:
    """Return what a posting lacks; of many, fetch the areas and modalities with them (`for_lists`)."""
    return lacks_with(posting, values={}, areas=posting.areas.all(), modalities=list(posting.modalities.all()))


def lacks_with(
    posting: Posting, *, values: Mapping[str, Any], areas: Iterable[PriorityArea], modalities: Collection[Any]
) -> list[Lack]:
    """Return what a posting would lack with these values, areas and modalities."""
    is_any = values.get("any_modality", posting.any_modality)
    return lacks(
        title=values.get("title", posting.title),
        areas=areas,
        states_modality=not asks_modality(posting) or is_any or bool(modalities),
        closes_on=values.get("closes_on", posting.closes_on),
    )


def asks_modality(posting: Posting) -> bool:
    """Whether a form of the portal asked for it; what a survey did not ask is no fault of the answer."""
    return posting.response_id is None


def of_closing(closes_on: dt.date | None) -> Lack | None:
    """Return what is wrong with a closing date: it has ended everywhere on earth."""
    if closes_on is None or closes_on >= first_day_not_ended():
        return None
    return Lack("closes_on", _("%(day)s has ended: give a later day, or none.") % {"day": date_format(closes_on)})


def answerable(found: Iterable[Lack], *, before: Iterable[Lack], changed: Collection[str]) -> list[Lack]:
    """Return of what a public posting lacks what a change of these fields answers for.

    What it lacked before and is not touched is no fault of the change: a slip in the text of a need that has closed,
    or that was published before there was this rule, can be corrected.
    """
    touched = {"modalities" if name == "any_modality" else name for name in changed}
    excused = {lack.field for lack in before} - touched
    return [lack for lack in found if lack.field not in excused]


def in_short(fields: Iterable[str]) -> str:
    """Return what is lacking in these fields, in a few words."""
    return ", ".join(str(SHORT[field]) for field in fields)


def with_lack(rows: PostingQuerySet[Row], field: str) -> PostingQuerySet[Row]:
    """Return the postings among these that lack something in a field, as `lacks_of` says of each."""
    if field == "areas":
        return rows.exclude(areas__use=AreaUse.AREA)
    if field == "modalities":
        return rows.filter(modalities=None, any_modality=False, response=None)
    if field == "closes_on":
        return rows.filter(closes_on__lt=first_day_not_ended())
    # No database folds as `fold` does: titles are read, and few are returned.
    return rows.filter(pk__in=[pk for pk, title in rows.values_list("pk", "title") if _of_title(title)])


def _of_title(title: str) -> Lack | None:
    folded = fold(title)
    words = " ".join(re.sub(r"[\W_]+", " ", folded).split())
    has_letter = any(one.isalpha() and one not in _BLANK_LETTERS for one in folded)
    if not has_letter or _NO_TITLE.fullmatch(words):
        return Lack("title", _("Give it a title that says what it is about."))
    if _ONLY_WHO.fullmatch(words):
        return Lack("title", _("Say in the title what it is about: so far it says only who."))
    return None
