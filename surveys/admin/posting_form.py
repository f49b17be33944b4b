"""A posting's form in the admin: the second of two editors is told what changed, see `surveys.postings.editing`."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from surveys.postings.editing import parse_as_of, saved_since, told
from surveys.postings.posting import BEFORE_OTHERS
from surveys.postings.publishable import answerable, lacks_of, lacks_with


class PostingForm(forms.ModelForm[Any]):
    """A posting's form, which knows of when the state is that it was filled in on."""

    as_of = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["as_of"] = self.instance.updated_at.isoformat()

    def clean_as_of(self) -> dt.datetime | None:
        """Read the instant that the page was made from."""
        return parse_as_of(self.cleaned_data["as_of"])

    def clean(self) -> dict[str, Any] | None:
        """Refuse to save over what someone else saved meanwhile; saving once more is then meant."""
        cleaned = super().clean()
        as_of = self.cleaned_data.get("as_of")
        if self.instance.pk and as_of is not None and (current := saved_since(self.instance, as_of)):
            data = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("as_of")] = current.isoformat()
            self.data = data
            raise ValidationError(told(self.instance, since=as_of))
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
