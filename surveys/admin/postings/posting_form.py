"""A posting's form in the admin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from directory.papers.scans import ScanField
from surveys.postings.deciding.held import BEFORE_OTHERS
from surveys.postings.deciding.publishable import answerable, lacks_of, lacks_with
from surveys.postings.forms.paper_fields import check_whole_paper, dated_field, reference_field


class PostingAdminForm(forms.ModelForm[Any]):
    """A posting's form, which says what a change would leave short."""

    def clean(self) -> dict[str, Any] | None:
        """Look at the fields together."""
        cleaned = super().clean()
        self._say_what_is_lacking()
        return cleaned

    def _say_what_is_lacking(self) -> None:
        """Say at its field what the change of a posting that is before others would leave short; see `answerable`."""
        if self.instance.pk is None or self.instance.status not in BEFORE_OTHERS:
            return
        # What does not fit, or is not on the page, is taken as it stands.
        values = dict(self.cleaned_data)
        areas, modalities = values.pop("areas", None), values.pop("modalities", None)
        found = lacks_with(
            self.instance,
            values=values,
            areas=self.instance.areas.all() if areas is None else areas,
            modalities=self.instance.modalities.all() if modalities is None else modalities,
        )
        for lack in answerable(found, before=lacks_of(self.instance), changed=self.changed_data):
            if lack.field in self.fields:
                self.add_error(lack.field, lack.words)


FROM_PAPER = "paper_"
"""With what the names of the fields for a letter begin in the form of a new posting."""


class NewPostingAdminForm(PostingAdminForm):
    """The form of a new posting, which may state what a note verbale or a letter says."""

    paper_reference = reference_field(required=False)
    paper_dated_on = dated_field(required=False)
    paper_scan = ScanField(help_text=_("PDF, PNG or JPEG, at most 10 MB. Read by its own side and the secretariat."))

    def clean(self) -> dict[str, Any] | None:
        """Ask for the whole of a letter, where there is one."""
        cleaned = super().clean()
        check_whole_paper(self, prefix=FROM_PAPER)
        return cleaned
