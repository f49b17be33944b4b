"""What a person says when it asks the secretariat about a posting."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Agency, User
from matching.choices import ReadAs
from matching.enquiries.asking import own_to_name
from matching.life.seen.sides import OTHER_SIDE
from matching.models import Match
from matching.models.enquiry import LONGEST_ENQUIRY
from surveys.choices import Side
from surveys.models import Need, Offer

LONGEST_SHOWN = 100


class EnquiryForm(forms.Form):
    """For which of the own postings, and what there is to say; both may be left out."""

    own = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    text = forms.CharField(
        label=gettext_lazy("What would you like the secretariat to know?"),
        required=False,
        max_length=LONGEST_ENQUIRY,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("You may leave this empty. Please leave out names and contacts of people."),
    )

    def __init__(
        self,
        *args: Any,
        user: User,
        agency: Agency,
        side: Side,
        posting: Need | Offer,
        chosen: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._own = {one.pk: one for one in own_to_name(user, side, agency)}
        fits = _fits_of(user, side, posting)
        field: Any = self.fields["own"]
        field.choices = [
            ("", _("None in particular")),
            *((pk, _label(own.title, fits.get(pk, ""))) for pk, own in self._own.items()),
        ]
        field.label = _("For which of your offers?") if side == Side.NEED else _("For which of your needs?")
        field.initial = chosen if chosen in self._own else next((pk for pk in fits if pk in self._own), "")
        if not self._own:
            # Nothing to choose from: it asks for the agency alone.
            field.widget = forms.HiddenInput()

    @property
    def names_own(self) -> bool:
        """Whether there is a posting of one's own to name."""
        return bool(self._own)

    @property
    def own_posting(self) -> Need | Offer | None:
        """The own posting that was chosen."""
        return self._own.get(self.cleaned_data["own"])


def _fits_of(user: User, side: Side, posting: Need | Offer) -> dict[int, str]:
    """Return the words of the fits with one's own postings that the person sees anyway, the best first; one query."""
    other = OTHER_SIDE[side]
    seen = Match.objects.visible_to(user).filter((side.value, posting)).exclude(read_as=ReadAs.RELEASED)  # type: ignore[misc]
    rows = seen.order_by("-seen_score", "pk").select_related("profile", "shown_by")
    return {getattr(match, f"{other}_id"): str(match.seen.fit.label) for match in rows}


def _label(title: str, fit: str) -> str:
    shown = title if len(title) <= LONGEST_SHOWN else f"{title[: LONGEST_SHOWN - 1]}…"
    return _("%(title)s (%(fit)s)") % {"title": shown, "fit": fit} if fit else shown
