"""Filters of the match queue: one form above the list; a value that is not exactly right finds nothing."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from desk.queue.todo import TODO, condition
from directory.membership import members
from directory.models import Country, CountryGroup, PriorityArea, User
from matching.choices import Fit, MatchStatus, Word
from matching.models import AllocationPick, Match
from surveys.filtersets import of_country
from surveys.models import Need, Offer
from web.converters import row_number
from web.days import today
from web.filters import ScoreField

Choices = list[tuple[str, str | StrPromise]]
Matches = QuerySet[Match]

ALL = "all"


class QueueFilter(admin.SimpleListFilter):
    """One filter of the queue's form."""

    widget = "select"
    error: str | StrPromise = ""

    @property
    def chosen(self) -> str:
        """The value asked for; empty where none is."""
        return str(self.value() or "").strip()

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return []

    def queryset(self, request: HttpRequest, queryset: Matches) -> Matches:
        if not self.chosen:
            return queryset
        if self.widget == "select" and self.chosen not in {str(code) for code, _label in self.lookup_choices}:
            self.error = _("This is not one of the choices.")
            return queryset.none()
        return self.narrow(queryset, self.chosen)

    def narrow(self, queryset: Matches, value: str) -> Matches:
        """Return the matches that pass."""
        raise NotImplementedError


class StatusFilter(QueueFilter):
    """How far the match has come; without a choice, what waits for a decision."""

    title = _("Status")
    parameter_name = "status"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        # What is to do stands in other states than those that wait for a first decision.
        self.without_a_choice = ALL if request.GET.get("todo") else MatchStatus.SUGGESTED.value

    @property
    def chosen(self) -> str:
        return super().chosen or self.without_a_choice

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return [*MatchStatus.choices, (ALL, _("All"))]

    def narrow(self, queryset: Matches, value: str) -> Matches:
        return queryset if value == ALL else queryset.filter(status=value)


class TodoFilter(QueueFilter):
    """What a person has to do next, whatever the state says."""

    title = _("To do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        self.user = request.user
        return list(TODO.items())

    def narrow(self, queryset: Matches, value: str) -> Matches:
        return queryset.filter(condition(value, by=self.user if isinstance(self.user, User) else None))


class PlanFilter(QueueFilter):
    """The matches that the plan applied last picked: which to propose."""

    title = _("Plan")
    parameter_name = "plan"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return [("applied", _("Picked by the plan applied last"))]

    def narrow(self, queryset: Matches, value: str) -> Matches:
        return queryset.filter(pk__in=AllocationPick.objects.in_the_queue().order_by().values("match"))


class ReleasedFilter(QueueFilter):
    """Whether everyone sees the fit."""

    title = _("Released")
    parameter_name = "released"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return [("yes", _("Released to the public")), ("no", _("Not released"))]

    def narrow(self, queryset: Matches, value: str) -> Matches:
        return queryset.filter(released_at__isnull=value == "no")


class ConfirmedFilter(QueueFilter):
    """Whose Governments vouched for the posting; only where both did can the match be proposed."""

    title = _("Confirmed")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return [
            ("both", _("Both: can be proposed")),
            ("need", _("The need only")),
            ("offer", _("The offer only")),
            ("none", _("Neither")),
        ]

    def narrow(self, queryset: Matches, value: str) -> Matches:
        return queryset.filter(
            need__confirmed_on__isnull=value not in {"both", "need"},
            offer__confirmed_on__isnull=value not in {"both", "offer"},
        )


class FitFilter(QueueFilter):
    """How far what both sides state overlaps, in a word."""

    title = _("Fit")
    parameter_name = "fit"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return list(Fit.choices)

    def narrow(self, queryset: Matches, value: str) -> Matches:
        return queryset.filter(word=Word.of(value))


class SideCountryFilter(QueueFilter):
    """The country whose posting one side is; its choices are countries with a published posting."""

    side: str
    model: type[Need | Offer]

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        published = self.model.objects.published().order_by()
        countries = Country.objects.filter(
            Q(pk__in=published.values("country")) | Q(pk__in=published.values("agency__country"))
        )
        return [(country.pk, country.display_name) for country in countries]

    def narrow(self, queryset: Matches, value: str) -> Matches:
        return queryset.filter(of_country([value], side=f"{self.side}__"))


class NeedCountryFilter(SideCountryFilter):
    """Whose need it is."""

    title = _("Country of the need")
    parameter_name = "need_country"
    side, model = "need", Need


class OfferCountryFilter(SideCountryFilter):
    """Whose offer it is."""

    title = _("Country of the offer")
    parameter_name = "offer_country"
    side, model = "offer", Offer


class NeedGroupFilter(QueueFilter):
    """A group of which the need's country is a member today."""

    title = _("Need of a country of")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return list(CountryGroup.objects.filter(is_active=True, is_heading=True).labels().items())

    def narrow(self, queryset: Matches, value: str) -> Matches:
        countries = members(value, today()).order_by().values("country")
        return queryset.filter(need__country__in=countries)


class SharedAreaFilter(QueueFilter):
    """An area that both sides state."""

    title = _("Shared area")
    parameter_name = "area"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return list(PriorityArea.objects.scored().labels().items())

    def narrow(self, queryset: Matches, value: str) -> Matches:
        return queryset.filter(
            need__in=Need.areas.through.objects.filter(priorityarea=value).values("need"),
            offer__in=Offer.areas.through.objects.filter(priorityarea=value).values("offer"),
        )


class ScoreBoundFilter(QueueFilter):
    """A bound of the score, from 0 to 1."""

    widget = "score"
    lookup: str

    def narrow(self, queryset: Matches, value: str) -> Matches:
        try:
            bound = ScoreField().clean(value)
        except forms.ValidationError as refusal:
            self.error = refusal.messages[0]
            return queryset.none()
        return queryset.filter(**{f"score__{self.lookup}": bound})


class LeastScoreFilter(ScoreBoundFilter):
    """The least score."""

    title = _("Score from")
    parameter_name = "min_score"
    lookup = "gte"


class GreatestScoreFilter(ScoreBoundFilter):
    """The greatest score."""

    title = _("Score to")
    parameter_name = "max_score"
    lookup = "lte"


class OnePostingFilter(QueueFilter):
    """One posting, reached by a link: all matches of a need or of an offer."""

    widget = "hidden"
    model: type[Need | Offer]
    posting: Need | Offer | None = None

    def narrow(self, queryset: Matches, value: str) -> Matches:
        self.posting = self.model.objects.filter(pk=row_number(value) or 0).first()
        if self.posting is None:
            self.error = _("There is no posting with this number.")
            return queryset.none()
        return queryset.filter(Q((str(self.parameter_name), self.posting)))


class OneNeedFilter(OnePostingFilter):
    """Matches of one need."""

    title = _("Only the need")
    parameter_name = "need"
    model = Need


class OneOfferFilter(OnePostingFilter):
    """Matches of one offer."""

    title = _("Only the offer")
    parameter_name = "offer"
    model = Offer


FILTERS: tuple[type[QueueFilter], ...] = (
    StatusFilter,
    TodoFilter,
    PlanFilter,
    FitFilter,
    ConfirmedFilter,
    ReleasedFilter,
    NeedCountryFilter,
    OfferCountryFilter,
    NeedGroupFilter,
    SharedAreaFilter,
    LeastScoreFilter,
    GreatestScoreFilter,
    OneNeedFilter,
    OneOfferFilter,
)
