"""The form of an offer or a need, as its own agency fills it in.

Few fields are required, and only for publishing: a draft keeps whatever fits. `content()` gives what the writer takes.
"""

from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.choices import AreaUse
from directory.models import Agency, Modality, PriorityArea, User
from surveys.choices import Visibility
from surveys.models import Need, Offer, ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.content import STATED, Content, content_of
from surveys.postings.deciding.held import BEFORE_OTHERS
from surveys.postings.deciding.publishable import UNTITLED, lacks
from surveys.postings.deciding.windows import default_visibility
from surveys.postings.forms.day_field import PostingDayField, day_input
from surveys.postings.forms.number_fields import AmountField, CountField
from surveys.postings.forms.owners import owner_choices, owner_of, owner_value, people_of_owner
from surveys.postings.forms.place_choice import PlaceOption, options_of, options_standing_for
from surveys.postings.languages import language_choices, reads_like
from surveys.postings.shown.editing import ShownPosting
from web.since_shown import SinceShownForm

LONGEST_TEXT = 20_000
LONGEST_NOTE = 2_000
MOST_PLACES = 60
DEFAULT_LANGUAGE = "en"
ENGLISH = "en"

VISIBILITY_WORDS = (
    (Visibility.PUBLIC, gettext_lazy("Everyone, also without logging in")),
    (Visibility.FOCAL_POINTS, gettext_lazy("Focal points of other agencies, logged in, and the secretariat")),
    (Visibility.MATCHED, gettext_lazy("Only the secretariat, and those to whom it puts the two together")),
)


class PostingForm(SinceShownForm, forms.Form):
    """An offer or a need; `kind` is "offer" or "need"."""

    owner = forms.ChoiceField(label=gettext_lazy("For"), required=True)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    text = forms.CharField(
        label=gettext_lazy("In a few sentences"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of title and text"), required=False)
    language_asked = forms.BooleanField(required=False, widget=forms.HiddenInput)
    english_text = forms.CharField(
        label=gettext_lazy("In English, if you can"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "en", "placeholder": " "}),
        help_text=gettext_lazy(
            "Where title and text are in another language: who reads in English finds it, and it is shown below them."
        ),
    )
    areas = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Priority areas"),
        queryset=PriorityArea.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    modalities = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Modalities"),
        queryset=Modality.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    any_modality = forms.BooleanField(label=gettext_lazy("Any form, to be discussed"), required=False)
    opens_on = PostingDayField(label=gettext_lazy("Open from"), required=False, widget=day_input())
    closes_on = PostingDayField(
        label=gettext_lazy("Open until"),
        required=False,
        widget=day_input(),
        help_text=gettext_lazy("Inclusive: until that day has ended everywhere on earth. Empty: no end stated."),
    )
    places = CountField(
        label=gettext_lazy("Places"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy("How many people. Empty: no limit stated."),
    )
    delivery_languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of delivery"), required=False, widget=forms.CheckboxSelectMultiple
    )
    amount = AmountField(
        label=gettext_lazy("Amount"), required=False, max_length=40, help_text=gettext_lazy("For example 12,500.00")
    )
    amount_currency = forms.CharField(
        label=gettext_lazy("Currency"), required=False, max_length=3, help_text=gettext_lazy("ISO 4217: USD, THB, …")
    )
    amount_years = forms.CharField(label=gettext_lazy("For which years"), required=False, max_length=60)
    amount_note = forms.CharField(
        label=gettext_lazy("Note on the amount"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    contact_person = forms.ModelChoiceField(
        label=gettext_lazy("Contact person"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Whoever speaks for the agency"),
    )
    contact = forms.CharField(
        label=gettext_lazy("Other contact"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who may see it"), choices=VISIBILITY_WORDS, widget=forms.RadioSelect
    )
    facilitating_allowed = forms.BooleanField(
        label=gettext_lazy("Facilitating partners may see it too: funds, banks, developed countries"), required=False
    )
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        user: User | AnonymousUser,
        kind: str,
        posting: Posting | None = None,
        version: ProposedVersion | None = None,
        agency: Agency | None = None,
        is_to_be_published: bool = False,
        asks_language: bool = True,
    ) -> None:
        """version: of the posting, what the person goes on with (`version_to_edit` of `proposing`).

        is_to_be_published: what is lacking for that is an error at its field, as for what is before others.

        asks_language: once, where title and text read like another language than was chosen.
        """
        self.asks_language, self.language_question = asks_language, ""
        self.user, self.kind, self.posting, self.version = user, kind, posting, version
        self.stands = content_of(posting, version) if posting is not None else None
        self.is_to_be_complete = is_to_be_published or (posting is not None and posting.status in BEFORE_OTHERS)
        self.shows_errors = True
        self.kept: dict[str, Any] = {}
        initial = _initial_of(self.stands) if self.stands else _initial_of_a_new_one(agency)
        super().__init__(data, initial=initial)
        self._offer_choices()
        self.chosen_places = self._chosen_places(data)

    def _offer_choices(self) -> None:
        fields: dict[str, Any] = self.fields
        owners = owner_choices(self.user, kind=self.kind, posting=self.posting)
        fields["owner"].choices = owners
        kept = Q(pk__in=self.stands.areas if self.stands else ())
        areas = PriorityArea.objects.filter(Q(use__in=(AreaUse.AREA, AreaUse.TAG), is_active=True) | kept)
        fields["areas"].queryset = areas
        fields["modalities"].queryset = Modality.objects.active()
        fields["delivery_languages"].choices = language_choices()
        fields["language"].choices = [("", _("As title and text read")), *language_choices()]
        owner = self.data.get("owner") or self.initial.get("owner", "")
        people = people_of_owner(str(owner), choices=owners)
        fields["contact_person"].queryset = User.objects.filter(pk__in=[one.pk for one in people])

    def _chosen_places(self, data: Any) -> list[PlaceOption]:
        if data is not None:
            return options_of(data.getlist("place")[:MOST_PLACES])
        return options_standing_for(self.stands.targets) if self.stands else []

    def clean_title(self) -> str:
        """Keep the title on one line."""
        return " ".join(self.cleaned_data["title"].split())

    def clean_amount_currency(self) -> str:
        """Take a code of ISO 4217, in any case."""
        code = str(self.cleaned_data["amount_currency"]).upper()
        if code and code not in list_currencies():
            raise ValidationError(_("“%(code)s” is no currency of ISO 4217: write USD, EUR, THB …") % {"code": code})
        return code

    def shown(self) -> ShownPosting | None:
        """Return the posting that the form changes."""
        return ShownPosting(self.posting) if self.posting is not None else None

    def clean(self) -> dict[str, Any] | None:
        """Look at fields together, and at what someone else saved meanwhile."""
        cleaned = self.cleaned_data
        opens_on, closes_on = cleaned.get("opens_on"), cleaned.get("closes_on")
        if opens_on and closes_on and closes_on < opens_on:
            self.add_error("closes_on", _("It closes before it opens."))
        if cleaned.get("amount") is not None and not cleaned.get("amount_currency", "-"):
            self.add_error("amount_currency", _("Give the currency of the amount."))
        super().clean()
        proposed = reads_like(cleaned.get("title", ""), cleaned.get("text", ""))
        if not cleaned.get("language", "-"):
            cleaned["language"] = proposed or DEFAULT_LANGUAGE
        # What is lacking is no fault of what is there: a draft keeps it.
        self.kept = dict(cleaned)
        if self.is_to_be_complete:
            self._say_what_is_lacking(cleaned)
            if cleaned.get("english_text") and cleaned.get("language") == ENGLISH:
                self.add_error(
                    "english_text", _("Title and text are in English: leave this empty, or choose their language.")
                )
        self._ask_language(cleaned, proposed)
        return cleaned

    def _ask_language(self, cleaned: dict[str, Any], proposed: str) -> None:
        """Ask once which language it is; a draft is kept as it was typed, and so is what is not changed."""
        chosen = cleaned.get("language", "")
        if not (self.asks_language and proposed and chosen) or proposed == chosen or cleaned.get("language_asked"):
            return
        if self._stands_already(cleaned):
            return
        self.language_question = proposed
        names = dict(language_choices())
        self.add_error(
            "language",
            _("This reads like %(proposed)s, you chose %(chosen)s: which is it?")
            % {"proposed": names[proposed], "chosen": names[chosen]},
        )

    def _stands_already(self, cleaned: dict[str, Any]) -> bool:
        """Return whether others see these words in this language already."""
        posting = self.posting
        names = ("title", "text", "language")
        return (
            posting is not None
            and posting.status in BEFORE_OTHERS
            and self.stands is not None
            and all(self.stands.values[name] == cleaned.get(name) for name in names)
        )

    @property
    def language_answers(self) -> list[tuple[str, str]]:
        """Return the two languages in question, the proposed one first, with their names; none where none is asked."""
        names = dict(language_choices())
        codes = (self.language_question, str(self["language"].value() or "")) if self.language_question else ()
        return [(code, names[code]) for code in codes]

    def _say_what_is_lacking(self, cleaned: dict[str, Any]) -> None:
        found = lacks(
            title=cleaned.get("title", ""),
            areas=cleaned.get("areas", ()),
            states_modality=cleaned.get("any_modality", False) or bool(cleaned.get("modalities")),
            closes_on=cleaned.get("closes_on"),
        )
        for lack in found:
            # Where a field does not fit as it is, that is said already.
            if lack.field in cleaned:
                self.add_error(lack.field, lack.words)

    def as_typed(self) -> QueryDict:
        """Return what a browser would send of the form as it is shown, so that what is stored is looked at anew."""
        typed = QueryDict(mutable=True)
        for field in self:
            value = field.value()
            values = value if isinstance(value, list) else [value]
            typed.setlist(field.name, ["on" if one is True else str(one) for one in values if one not in (None, False)])
        # What is stored was asked when it was typed.
        typed["language_asked"] = "on"
        typed.setlist("place", [one.value for one in self.chosen_places])
        return typed

    def content(self) -> Content:
        """Return what the form says; of a field in error what the posting has already."""
        before = _initial_of(self.stands) if self.stands else {}
        cleaned = self.kept
        values = {name: cleaned.get(name, before.get(name)) for name in STATED if name in cleaned or name in before}
        values["title"] = values.get("title") or UNTITLED
        agency, country = owner_of(str(cleaned.get("owner") or before.get("owner") or ""))
        values |= {"agency": agency, "country": country}
        kept = self.stands.targets if self.stands else []
        known = {(place.kind, place.code): place for place in kept}
        chosen = [option.place for option in self.chosen_places]
        # What a file printed and nobody could resolve stays with the posting.
        unresolved = [place for place in kept if not place.code]
        return Content(
            values=values,
            areas=[area.pk for area in cleaned.get("areas", [])] + self._areas_not_offered(),
            modalities=[modality.pk for modality in cleaned.get("modalities", [])],
            targets=[known.get((place.kind, place.code), place) for place in chosen] + unresolved,
        )

    def _areas_not_offered(self) -> list[str]:
        if self.stands is None:
            return []
        offered = set(self.fields["areas"].queryset.values_list("pk", flat=True))  # type: ignore[attr-defined]
        return [code for code in self.stands.areas if code not in offered]


def _initial_of(stands: Content) -> dict[str, Any]:
    title = stands.values["title"]
    return {name: stands.values[name] for name in STATED} | {
        "title": "" if title == UNTITLED else title,
        "owner": owner_value(agency=stands.values["agency"], country=stands.values["country"]),
        "areas": stands.areas,
        "modalities": stands.modalities,
    }


def _initial_of_a_new_one(agency: Agency | None) -> dict[str, Any]:
    country = agency.country if agency else None
    return {
        "owner": f"agency:{agency.pk}" if agency else "",
        "language": "",
        "visibility": default_visibility(country),
        "amount_currency": "USD",
    }


MODELS: dict[str, Any] = {"offer": Offer, "need": Need}
