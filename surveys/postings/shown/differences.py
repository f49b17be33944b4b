"""What a proposed version changes, field by field: before and after in words, with what is taken out and put in."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from directory.models import Modality, PriorityArea
from surveys.models import Offer, ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.content import STATED, Content, content_of, values_of
from surveys.postings.languages import language_names
from surveys.postings.named_places import words_of_places
from surveys.postings.shown.history import label_of
from surveys.postings.writing import LISTS, differences

MOST_PIECES = 400
"""A text of more words is compared by paragraph, one of more of those as a whole: the time grows with the square."""
ORDER = (
    "agency", "country", "title", "text", "language", "english_text", "areas", "modalities", "any_modality", "targets",
)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A stretch of what a field says, and whether only this version has it."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class ProposedChange:
    """One field, as it is public and as it would be."""

    field: str
    before: list[Piece]
    after: list[Piece]


def changes_in_words(posting: Posting, versions: Sequence[ProposedVersion]) -> list[list[ProposedChange]]:
    """Return of each of these versions what would be another than it is now, in the order of the form.

    In four queries, however many versions there are, and one for each that would stand under another agency.
    """
    now = content_of(posting)
    contents = [content_of(posting, version) for version in versions]
    labels = _Labels([now, *contents])
    return [_changes(posting, version, now, then, labels) for version, then in zip(versions, contents, strict=True)]


class _Labels:
    """What areas, modalities and places are called that some versions of a posting name."""

    def __init__(self, contents: Sequence[Content]) -> None:
        places = list({place: None for content in contents for place in content.targets})
        self.of_places = dict(zip(places, words_of_places(places), strict=True))
        rows: dict[str, Any] = {"areas": PriorityArea, "modalities": Modality}
        self.of_lists = {
            name: {row.pk: str(row) for row in rows[name].objects.filter(pk__in=self._codes(contents, name))}
            for name in LISTS
        }

    def _codes(self, contents: Sequence[Content], name: str) -> set[str]:
        return {code for content in contents for code in getattr(content, name)}

    def listed(self, content: Content, name: str) -> list[str]:
        """Return in words, in the order of the list, what a version has of areas, modalities or places."""
        if name == "targets":
            return [self.of_places[place] for place in content.targets]
        return [words for code, words in self.of_lists[name].items() if code in getattr(content, name)]


def _changes(
    posting: Posting, version: ProposedVersion, now: Content, then: Content, labels: _Labels
) -> list[ProposedChange]:
    values = values_of(posting, version)
    changed = set(
        differences(posting, values=values, areas=then.areas, modalities=then.modalities, targets=then.targets)
    )
    order = (*ORDER, *(name for name in STATED if name not in ORDER))
    names = [*(name for name in order if name in changed), *sorted(changed.difference(order))]
    return [_change(posting, name, now, then, labels) for name in names]


def _change(posting: Posting, name: str, now: Content, then: Content, labels: _Labels) -> ProposedChange:
    if name == "targets":
        label = _("For") if isinstance(posting, Offer) else _("Preferred partners")
    else:
        label = label_of(posting, name)
    if name == "targets" or name in LISTS:
        return ProposedChange(label, *_items(labels.listed(now, name), labels.listed(then, name)))
    was, will_be = now.values.get(name, getattr(posting, name, None)), then.values[name]
    if isinstance(was, list) and isinstance(will_be, list):
        return ProposedChange(label, *_items(language_names(was), language_names(will_be)))
    return ProposedChange(label, *compared(_words(posting, name, was), _words(posting, name, will_be)))


def _words(posting: Posting, name: str, value: Any) -> str:
    """Return what a field says with this value."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value == "":
        return ""
    if name == "language":
        return language_names([value])[0]
    if isinstance(value, dt.date):
        return str(date_format(value))
    if isinstance(value, (int, Decimal)):
        return str(number_format(value, use_l10n=True, force_grouping=True))
    choices = dict(posting._meta.get_field(name).flatchoices or ())  # type: ignore[union-attr]  # noqa: SLF001
    return str(choices.get(value, value))


def _items(before: Sequence[str], after: Sequence[str]) -> tuple[list[Piece], list[Piece]]:
    """Return two lists as pieces, each with the semicolon that parts it from the next."""
    return _listed(before, beside=after), _listed(after, beside=before)


def _listed(items: Sequence[str], *, beside: Sequence[str]) -> list[Piece]:
    last = len(items) - 1
    return [
        Piece(text if place == last else f"{text}; ", is_changed=text not in beside) for place, text in enumerate(items)
    ]


def compared(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Return two texts in pieces, those marked that the other one has not: word by word, or by paragraph."""
    for cut in (r"\s+", r"\n+"):
        olds, news = (re.findall(rf"(?:(?!{cut}).)+(?:{cut})?|{cut}", text, re.DOTALL) for text in (before, after))
        if max(len(olds), len(news)) <= MOST_PIECES:
            break
    else:
        olds, news = [before], [after]
    was: list[Piece] = []
    will_be: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        is_changed = kind != "equal"
        for pieces, part in ((was, olds[old_from:old_to]), (will_be, news[new_from:new_to])):
            if part:
                pieces.append(Piece("".join(part), is_changed))
    return was, will_be
