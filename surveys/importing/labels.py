"""Reads the labels of areas and modalities as surveys write them, by exact match of the folded text."""

import difflib
import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from directory.models import Modality, PriorityArea
from directory.text import fold

Item = TypeVar("Item", PriorityArea, Modality)

_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_AROUND_SLASH = re.compile(r"\s*/\s*")


class LabelError(ValueError):
    """A label that is not known; the message suggests others."""


def _key(text: str) -> str:
    return _AROUND_SLASH.sub("/", fold(text.translate(_APOSTROPHES))).replace("&", "and")


class Labels(Generic[Item]):
    """The labels and other spellings of areas, or of modalities: each column has its own, so that words may recur."""

    def __init__(self, items: Iterable[Item]) -> None:
        items = list(items)
        self._items: dict[str, Item] = {}
        self._labels = {_key(item.label): item.label for item in items}
        spellings: dict[str, set[str]] = {}
        for item in items:
            for alias in item.aliases.splitlines():
                spellings.setdefault(_key(alias), set()).add(item.code)
        by_code = {item.code: item for item in items}
        for spelling, codes in spellings.items():
            if len(codes) == 1 and spelling:
                self._items[spelling] = by_code[next(iter(codes))]
        for item in items:
            self._items[_key(item.code)] = item
        for item in items:
            self._items[_key(item.label)] = item

    def read_cell(self, text: str) -> list[Item]:
        """Return the entries of a cell, separated by semicolons, each once and in their order.

        Raises LabelError naming every entry that is not known.
        """
        found: dict[str, Item] = {}
        unknown = []
        for entry in text.split(";"):
            if not entry.strip():
                continue
            item = self._items.get(_key(entry))
            if item is None:
                unknown.append(self._complain(entry.strip()))
            else:
                found[item.code] = item
        if unknown:
            raise LabelError(" ".join(unknown))
        return list(found.values())

    def _complain(self, entry: str) -> str:
        shown = entry[:100]
        if "," in entry and all(_key(part) in self._items for part in entry.split(",")):
            return _("“%(entry)s”: separate the entries by semicolons.") % {"entry": shown}
        close = difflib.get_close_matches(_key(shown), self._items, n=3, cutoff=0.6)
        labels = list(dict.fromkeys(self._items[key].label for key in close))
        if labels:
            return _("“%(entry)s” is not known. Did you mean: %(labels)s?") % {
                "entry": shown,
                "labels": "; ".join(labels),
            }
        return _("“%(entry)s” is not known. Known are: %(labels)s.") % {
            "entry": shown,
            "labels": "; ".join(self._labels.values()),
        }
