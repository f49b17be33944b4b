"""Reference rows whose label everyone reads: in the reader's language, where a catalogue has it.

The label in the database is English, and a manager may change it. Its translation stands in the catalogues of
`locale/`, by the label and a context that says which list it is of: a label that no catalogue knows is read in English.
"""

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from django.db import models
from django.utils.translation import pgettext

from directory.models.reference_data.base import ActiveQuerySet, Reference

Row = TypeVar("Row", bound="Labelled")


class LabelledQuerySet(ActiveQuerySet[Row]):
    """Rows of a list whose labels are translated."""

    def labels(self) -> dict[str, str]:
        """Return the labels in the reader's language, by code: one query."""
        return self.model.in_words(self.values_list(*self.model.word_columns()))


class Labelled(Reference):
    """A row with a code and an English label; its list names the context by which catalogues know its labels."""

    label_context: ClassVar[str]
    code: models.Field[str, str]
    label: models.Field[str, str]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.display_label

    @classmethod
    def word_columns(cls) -> tuple[str, ...]:
        """Return the columns of which `in_words` makes the labels."""
        return "code", "label"

    @classmethod
    def in_words(cls, rows: Iterable[tuple[str, ...]]) -> dict[str, str]:
        """Return the labels of rows of those columns in the reader's language, by code and in their order."""
        return {code: cls.translated(label) for code, label in rows}

    @classmethod
    def translated(cls, label: str) -> str:
        """Return a label of the list in the reader's language."""
        return pgettext(cls.label_context, label) if label else ""

    @property
    def display_label(self) -> str:
        """The label in the reader's language."""
        return self.translated(self.label)
