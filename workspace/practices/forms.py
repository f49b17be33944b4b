"""The form of a practice, as its own agency fills it in, and that of a question about one."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.access import Action, scope_of
from directory.choices import AreaUse
from directory.models import Agency, Country, Modality, PriorityArea, User
from matching.models import Match
from practices.choices import REVIEWED_AGAIN, PracticeKind
from practices.models import Practice
from practices.models.practice import LONGEST_TEXT, LONGEST_TITLE
from practices.models.question import LONGEST_QUESTION
from practices.offering.complete import UNTITLED, lacks
from practices.offering.from_match import match_to_tell
from practices.offering.writing import CONTENT, RELATIONS
from practices.shown.editing import ShownPractice
from surveys.models import Offer
from surveys.postings.forms.place_choice import find_options
from surveys.postings.languages import language_choices, reads_like
from web.converters import row_number
from web.links import check_links
from web.since_shown import SinceShownForm

MOST_COUNTRIES = 60
DEFAULT_LANGUAGE, ENGLISH = "en", "en"


def _long_text(label: Any, *, rows: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class NumberedRowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rows named by their numbers; what no row can have is no choice, and is not asked of the database."""

    def clean(self, value: Any) -> Any:
        for one in value or ():
            if row_number(str(one)) is None:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": str(one)[:80]}
                )
        return super().clean(value)


class PracticeForm(SinceShownForm, forms.Form):
    """A practice; a draft keeps whatever fits."""

    agency = forms.ModelChoiceField(label=gettext_lazy("Shared by"), queryset=Agency.objects.none())
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PracticeKind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=LONGEST_TITLE, required=False)
    text = _long_text(gettext_lazy("What was done, and how"), rows=8)
    results = _long_text(gettext_lazy("What came of it"), rows=5)
    conditions = _long_text(
        gettext_lazy("What it takes elsewhere"),
        rows=4,
        help_text=gettext_lazy("What others need for it, and what they should know before they begin."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of title and texts"), required=False)
    english_text = _long_text(
        gettext_lazy("Summary in English, if you can"),
        rows=4,
        help_text=gettext_lazy("Where the texts are in another language: who reads in English finds it."),
    )
    links = _long_text(
        gettext_lazy("Links"), rows=2, help_text=gettext_lazy("One address a line, beginning with https://")
    )
    areas = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Priority areas"),
        queryset=PriorityArea.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    modalities = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Can be shared by"),
        queryset=Modality.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    partners = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Together with"),
        queryset=Agency.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    offers = NumberedRowsField(
        label=gettext_lazy("Offers by which it can be shared"),
        queryset=Offer.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    match = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    PLAIN: ClassVar[tuple[str, ...]] = tuple(name for name in CONTENT if name != "agency")

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        practice: Practice | None = None,
        told: dict[str, Any] | None = None,
        agency: Agency | None = None,
        is_to_be_sent: bool = False,
    ) -> None:
        """told: what a practice made of a match begins with. is_to_be_sent: what is lacking for that is an error."""
        self.user, self.practice = user, practice
        self.is_to_be_complete = is_to_be_sent or (practice is not None and practice.status in REVIEWED_AGAIN)
        self.shows_errors = True
        self.kept: dict[str, Any] = {}
        initial = _initial(practice) if practice else {"kind": PracticeKind.GOOD_PRACTICE, "agency": agency}
        super().__init__(data, initial={**initial, **(told or {})})
        self._offer_choices()
        self.chosen_countries = self._chosen_countries(data)

    def _offer_choices(self) -> None:
        fields: dict[str, Any] = self.fields
        scope = scope_of(self.user, Action.POST)
        own = Q(pk__in=scope.agencies) | Q(country__in=scope.countries)
        agencies = Agency.objects.filter(own, is_active=True)
        practice = self.practice
        fields["agency"].queryset = agencies | Agency.objects.filter(pk__in=[practice.agency_id] if practice else [])
        fields["areas"].queryset = PriorityArea.objects.filter(
            Q(use__in=(AreaUse.AREA, AreaUse.TAG), is_active=True) | _those_of(practice, "areas")
        )
        fields["modalities"].queryset = Modality.objects.filter(Q(is_active=True) | _those_of(practice, "modalities"))
        public = Agency.objects.public().values("pk")
        fields["partners"].queryset = Agency.objects.filter(Q(pk__in=public) | _those_of(practice, "partners"))
        open_offers = Offer.objects.writable_by(self.user).public().order_by("title", "pk")
        fields["offers"].queryset = open_offers
        fields["language"].choices = [("", _("As title and texts read")), *language_choices()]

    def _chosen_countries(self, data: Any) -> list[Country]:
        if data is None:
            return list(self.initial.get("countries", []))
        asked = data.getlist("country")[:MOST_COUNTRIES]
        known = Country.objects.listed().in_bulk([code for code in asked if "\0" not in code]) if asked else {}
        return list(dict.fromkeys(known[code] for code in asked if code in known))

    @property
    def is_of_a_match(self) -> bool:
        """Whether it is made of a match, or was."""
        return bool(self["match"].value()) or (self.practice is not None and self.practice.match_id is not None)

    def clean_title(self) -> str:
        """Keep the title on one line."""
        return " ".join(self.cleaned_data["title"].split())

    def clean_links(self) -> str:
        """Take addresses alone."""
        links: str = self.cleaned_data["links"]
        check_links(links)
        return links

    def clean_match(self) -> Match | None:
        """Take a match that the person may make a practice of; one that exists keeps its own."""
        pair: str = self.cleaned_data["match"]
        if not pair or self.practice is not None:
            return None
        match = match_to_tell(pair, by=self.user)
        if match is None:
            raise ValidationError(
                _("A practice is made of a cooperation of your own that is published with its outcome.")
            )
        return match

    def shown(self) -> ShownPractice | None:
        """Return the practice that the form changes."""
        return ShownPractice(self.practice) if self.practice is not None else None

    def clean(self) -> dict[str, Any] | None:
        """Look at fields together, and at what someone else saved meanwhile."""
        cleaned = self.cleaned_data
        super().clean()
        if not cleaned.get("language", "-"):
            read = reads_like(cleaned.get("title", ""), cleaned.get("text", ""), cleaned.get("results", ""))
            cleaned["language"] = read or DEFAULT_LANGUAGE
        # What is lacking is no fault of what is there: a draft keeps it.
        self.kept = dict(cleaned)
        if self.is_to_be_complete:
            typed = {name: cleaned.get(name, "") for name in ("title", "text")}
            for field, words in lacks(**typed, areas=cleaned.get("areas", ())).items():
                # Where a field does not fit as it is, that is said already.
                if field in cleaned:
                    self.add_error(field, str(words))
        return cleaned

    def content(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return values and relations as the writer takes them; of a field in error what the practice has already."""
        before = _initial(self.practice) if self.practice else {}
        known = {**before, **self.kept}
        values = {name: known[name] for name in CONTENT if name in known}
        values["title"] = values.get("title") or UNTITLED
        relations = {name: list(known.get(name, ())) for name in RELATIONS if name != "countries"}
        # Offers that are not public now stay tied: they are shown again when they are.
        relations["offers"] += self._offers_not_offered()
        return values, {**relations, "countries": self.chosen_countries}

    def _offers_not_offered(self) -> list[Offer]:
        if self.practice is None:
            return []
        offered = set(self.fields["offers"].queryset.values_list("pk", flat=True))  # type: ignore[attr-defined]
        return [offer for offer in self.practice.offers.all() if offer.pk not in offered]


class QuestionForm(forms.Form):
    """What somebody wants to know."""

    text = forms.CharField(
        label=gettext_lazy("What would you like to know?"),
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Please leave out names and contacts of people."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)


def countries_named(text: str) -> tuple[list[Country], bool]:
    """Return the countries that a text may mean, and whether it is sure: what may mean a group as well is not."""
    values = [option.value.partition(":") for option in find_options(text)]
    codes = [code for kind, _colon, code in values if kind == "country"]
    known = Country.objects.listed().in_bulk(codes)
    return [known[code] for code in codes if code in known], len(values) == 1


def _initial(practice: Practice) -> dict[str, Any]:
    values = {name: getattr(practice, name) for name in CONTENT}
    relations = {name: list(getattr(practice, name).all()) for name in RELATIONS}
    return {**values, **relations, "title": "" if practice.title == UNTITLED else practice.title}


def _those_of(practice: Practice | None, name: str) -> Q:
    return Q(pk__in=getattr(practice, name).values("pk") if practice else ())
