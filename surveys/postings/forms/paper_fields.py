"""The fields of a form by which what came on paper is recorded; its scan is `directory.papers.scans.ScanField`."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from directory.models.paper import LONGEST_PAPER_REFERENCE
from surveys.postings.forms.day_field import PostingDayField, day_input


def reference_field(**kwargs: Any) -> forms.CharField:
    """Return the field for the reference of a note verbale or letter."""
    return forms.CharField(
        **{
            "label": _("Reference of the note verbale or letter"),
            "max_length": LONGEST_PAPER_REFERENCE,
            "help_text": _("Read by that side."),
            **kwargs,
        }
    )


def dated_field(**kwargs: Any) -> PostingDayField:
    """Return the field for its date."""
    return PostingDayField(**{"label": _("Dated"), "widget": day_input(), **kwargs})
