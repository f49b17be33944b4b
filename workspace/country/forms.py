"""How a country wants it: what its coordinator types."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.models import CountryWindow
from surveys.postings.deciding.windows import DECIDED

LONGEST_NOTE = 2_000


class WindowForm(forms.ModelForm[CountryWindow]):
    """Who approves, whom postings are visible to, and whether the country is heard before a side is asked."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 40}),
        help_text=_("Why, or by which letter. Read by the secretariat alone."),
    )

    class Meta:
        model = CountryWindow
        fields = DECIDED
        labels = {
            "kind": _("Who approves postings and survey answers"),
            "default_visibility": _("New postings are visible to"),
            "clearance": _("Before an agency of the country is asked about a proposal"),
            "clearance_days": _("Term of an objection, in working days"),
        }
        widgets = {
            "kind": forms.RadioSelect,
            "default_visibility": forms.RadioSelect,
            "clearance": forms.RadioSelect,
        }
        help_texts = {"clearance_days": _("With the weekend and the public holidays of the country. From 1 to 120.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "default_visibility", "clearance"):
            field: Any = self.fields[name]
            # Each choice has a default: an empty one would be a fourth that means nothing.
            field.choices = [choice for choice in field.choices if choice[0]]

    @property
    def values(self) -> dict[str, Any]:
        """Return what was decided, by name."""
        return {name: self.cleaned_data[name] for name in DECIDED}
