"""Two people editing one posting: the second to save is told what changed, and loses nothing typed."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from surveys.models.posting import Posting

NOT_TOLD = frozenset({"updated_at", "edited_on"})


class PostingForm(forms.ModelForm[Any]):
    """A posting's form, which knows of when the state is that it was filled in on."""

    as_of = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["as_of"] = self.instance.updated_at.isoformat()

    def clean_as_of(self) -> dt.datetime | None:
        """Read the instant that the page was made from."""
        text = self.cleaned_data["as_of"]
        try:
            return dt.datetime.fromisoformat(text) if text else None
        except ValueError as error:
            raise ValidationError(_("This page cannot say what it was made from: open it anew.")) from error

    def clean(self) -> dict[str, Any] | None:
        """Refuse to save over what someone else saved meanwhile; saving once more is then meant."""
        cleaned = super().clean()
        as_of = self.cleaned_data.get("as_of")
        if self.instance.pk and as_of is not None:
            # Held until the transaction of the page ends, so that of two at once the second waits and is told.
            rows = type(self.instance).objects.select_for_update(of=("self",))
            current = rows.values_list("updated_at", flat=True).get(pk=self.instance.pk)
            if current > as_of:
                data = self.data.copy()  # type: ignore[attr-defined]
                data[self.add_prefix("as_of")] = current.isoformat()
                self.data = data
                raise ValidationError(told(self.instance, since=as_of))
        return cleaned


def told(posting: Posting, *, since: dt.datetime) -> str:
    """Return who saved the posting after `since`, and what it now says, field by field."""
    history = posting.history  # type: ignore[attr-defined]
    newest, before = history.first(), history.filter(updated_at__lte=since).first()
    who = newest.history_user if newest and newest.history_user else _("an import")
    changes = newest.diff_against(before).changes if newest and before else []
    fields = [
        _("%(field)s is now “%(value)s”")
        % {"field": capfirst(str(label_for_field(change.field, type(posting)))), "value": change.new}
        for change in changes
        if change.field not in NOT_TOLD and not isinstance(change.new, list)
    ]
    return _(
        "While you had this page open, %(who)s saved it. %(fields)s What you typed is still here; save once more to "
        "keep it instead."
    ) % {"who": who, "fields": f"{'; '.join(fields)}." if fields else _("Lists or targets changed.")}
