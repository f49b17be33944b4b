"""The fields of a form by which what came on paper is recorded."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models.paper import LONGEST_PAPER_REFERENCE
from directory.papers.recording import GivenPaper
from directory.papers.scans import ScanField
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.versions import waiting_version
from surveys.postings.forms.day_field import PostingDayField, day_input
from web.calendar.days import last_day_begun

PAPER_FIELDS = ("reference", "dated_on", "scan")


def reference_field(**kwargs: Any) -> forms.CharField:
    """Return the field for the reference of a note verbale or letter."""
    return forms.CharField(
        **{
            "label": gettext_lazy("Reference of the note verbale or letter"),
            "max_length": LONGEST_PAPER_REFERENCE,
            "help_text": gettext_lazy("Read by that side."),
            **kwargs,
        }
    )


def dated_field(**kwargs: Any) -> PostingDayField:
    """Return the field for its date, which is not to come."""
    return PostingDayField(
        **{
            "label": gettext_lazy("Dated"),
            "widget": day_input(),
            "validators": [_check_not_to_come],
            **kwargs,
        }
    )


def _check_not_to_come(day: dt.date) -> None:
    if day > last_day_begun():
        raise ValidationError(_("The letter cannot be dated in the future."))


def given_paper(data: dict[str, Any], *, prefix: str = "") -> GivenPaper | None:
    """Return the letter that a form was given; None where it was given none. `prefix` leads to its three fields."""
    reference, dated_on, scan = (data.get(f"{prefix}{name}") for name in PAPER_FIELDS)
    return GivenPaper(reference=reference, dated_on=dated_on, scan=scan) if reference and dated_on else None


def check_whole_paper(form: forms.BaseForm, *, prefix: str = "") -> None:
    """Say at its field what is lacking of a letter of which something was given: its reference, its date."""
    reference, dated_on, scan = (f"{prefix}{name}" for name in PAPER_FIELDS)
    has_scan = scan in form.errors or form.cleaned_data.get(scan)
    if has_scan or any(form[name].value() for name in (reference, dated_on)):
        for name in (reference, dated_on):
            if not form.cleaned_data.get(name) and name not in form.errors:
                form.add_error(name, _("What came on paper is recorded by its reference and its date."))


class PaperForm(forms.Form):
    """A note verbale or a letter: its reference, its date, its scan."""

    reference = reference_field()
    dated_on = dated_field()
    scan = ScanField()

    @property
    def given(self) -> GivenPaper:
        """What was given of it, once the form is found valid."""
        return GivenPaper(**{name: self.cleaned_data[name] for name in PAPER_FIELDS})


class PostingPaperForm(PaperForm):
    """A letter on a posting; where a proposed version of it waits, also of which of the two it speaks."""

    speaks_of = forms.ChoiceField(
        label=gettext_lazy("The letter speaks of"),
        choices=[
            ("public", gettext_lazy("what is public: the version that waits goes on waiting")),
            ("version", gettext_lazy("the version that waits: it becomes public")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, posting: Posting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if waiting_version(posting) is None:
            del self.fields["speaks_of"]

    @property
    def takes_version(self) -> bool:
        """Whether the letter approves the version that waits, once the form is found valid."""
        return self.cleaned_data.get("speaks_of") == "version"
