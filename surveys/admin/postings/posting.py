"""What the admins of offers and needs have in common."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms.models import BaseInlineFormSet, ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.admin.base import HistoryAdmin, actor
from directory.choices import AreaUse
from directory.models import PriorityArea
from surveys.admin.days import READ_DAYS
from surveys.admin.of_import import OfImportMixin
from surveys.admin.paper_page import show_paper_page
from surveys.admin.postings.place_inline import places_given
from surveys.admin.postings.posting_form import FROM_PAPER, NewPostingAdminForm, PostingAdminForm
from surveys.models.postings.posting import Posting
from surveys.postings import from_paper, posting, states
from surveys.postings.deciding.held import PostingRefused
from surveys.postings.deciding.publishable import SHORT, in_short, lacks_of, with_lack
from surveys.postings.forms.paper_fields import PAPER_FIELDS, given_paper
from surveys.postings.languages import reads_otherwise
from surveys.postings.named_places import NamedPlace
from surveys.postings.shown.editing import ShownPosting
from surveys.postings.shown.proposed import told_version
from surveys.searching.documents import kind_of
from surveys.searching.finding import postings_found
from web.calendar.days import today
from web.filters import LONGEST_SEARCH

AnyPosting = TypeVar("AnyPosting", bound=Posting)

ORIGIN = (
    "survey", "response", "file_import", "source_file", "source_sheet", "source_row", "edited_on", "created_at",
    "updated_at",
)  # fmt: skip

PAPER = tuple(f"{FROM_PAPER}{name}" for name in PAPER_FIELDS)
NOT_VALUES = frozenset({"areas", "modalities", *PAPER})
OF_A_LETTER = (
    _("From a note verbale or letter"),
    {
        "description": _(
            "Where a government or an institution stated it on paper: it then counts as confirmed on the date of the "
            "letter. Its own side reads from what it was taken, and nobody else."
        ),
        "fields": PAPER,
    },
)


class LacksFilter(admin.SimpleListFilter):
    """By what a posting lacks before it may be published, or lacks though it was."""

    title = _("lacks")
    parameter_name = "lacks"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the fields in which something may be lacking."""
        return list(SHORT.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those that lack something in the field chosen."""
        field = self.value()
        return with_lack(cast("Any", queryset), field) if field in SHORT else queryset


class PostingAdmin(OfImportMixin[AnyPosting], HistoryAdmin[AnyPosting]):
    """Offers or needs: content is edited here, states change by actions."""

    formfield_overrides = READ_DAYS
    form = PostingAdminForm
    list_display = (
        "title", "country", "agency", "status", "lacks", "visibility", "confirmed_on", "stated_on", "updated_at",
    )  # fmt: skip
    list_filter = (
        "status",
        LacksFilter,
        ("confirmed_on", admin.EmptyFieldListFilter),
        "visibility",
        "survey",
        ("areas", admin.RelatedOnlyFieldListFilter),
        ("country", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("country", "agency", "survey")
    list_per_page = 50
    search_fields = ("search_text", "country__search_text", "agency__search_text")
    search_help_text = _("By words of title or text, by country, agency, area, modality or place.")
    autocomplete_fields = ("country", "agency")
    readonly_fields = ("status", "confirmed_on", "language_proposed", "letters", "proposed_version", *ORIGIN)
    actions = ("publish", "withdraw", "confirm_today")
    save_on_top = True
    fieldsets = (
        (
            _("State"),
            {
                "description": _(
                    "Changed by the actions of the list: publish, withdraw, confirm; from a note verbale or letter by "
                    "the button above. A posting that is not published is seen by its own country and by the "
                    "secretariat alone."
                ),
                "fields": (
                    "status", "visibility", "facilitating_allowed", "confirmed_on", "letters", "proposed_version",
                ),
            },
        ),
        (
            _("Shown publicly, once published for everyone"),
            {
                "fields": (
                    "country", "agency", "title", "text", "language", "language_proposed", "english_text",
                    "areas", "modalities", "any_modality", "places", "opens_on", "closes_on", "stated_on",
                ),
            },
        ),
        (
            _("Amount, shown publicly as printed"),
            {"fields": ("amount", "amount_currency", "amount_years", "amount_as_printed", "amount_note")},
        ),
        (
            _("Never shown publicly"),
            {"description": _("Given to a partner once both sides are introduced."), "fields": ("contact",)},
        ),
        (_("Where it is from"), {"classes": ("collapse",), "fields": ORIGIN}),
    )  # fmt: skip

    def shown(self, request: HttpRequest, row: AnyPosting, names: Sequence[str]) -> ShownPosting:
        """Return the posting as it stands; on the page of an old version, `row` is the old one."""
        return ShownPosting(self.model._default_manager.get(pk=row.pk), names_staff=True)  # noqa: SLF001

    def get_queryset(self, request: HttpRequest) -> QuerySet[AnyPosting]:
        """With what its page shows, and on the list what it lacks."""
        rows = super().get_queryset(request).select_related("country", "agency", "survey", "response", "file_import")
        is_list = request.resolver_match is not None and "_changelist" in str(request.resolver_match.url_name)
        return rows.prefetch_related("areas", "modalities") if is_list else rows

    def get_fieldsets(self, request: HttpRequest, obj: AnyPosting | None = None) -> Any:
        """Ask of a new posting whether it came on paper."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is not None else (OF_A_LETTER, *fieldsets)

    def get_urls(self) -> list[Any]:
        """With the page on which the word of its country is recorded from paper."""
        view = self.admin_site.admin_view(self.paper_view)
        name = f"surveys_{self.opts.model_name}_paper"
        return [path("<row:pk>/paper/", view, name=name), *super().get_urls()]

    def paper_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record that its own side vouched for a posting on paper."""
        return show_paper_page(self, request, pk)

    @admin.display(description=_("from paper"), empty_value="–")
    def letters(self, one: AnyPosting) -> Any:
        """Return the letters from which it was recorded, with their scans."""
        if one.pk is None or not (papers := from_paper.papers_of(one)):
            return None
        return render_to_string("surveys/includes/papers.html", {"papers": papers})

    @admin.display(description=_("beside what is public"), empty_value="–")
    def proposed_version(self, one: AnyPosting) -> Any:
        """Return the version that waits for approval, or was sent back, with what it would change."""
        if one.pk is None or (proposed := told_version(one, names_staff=True)) is None:
            return None
        return render_to_string("admin/surveys/proposed.html", {"proposed": proposed})

    @admin.display(description=_("language proposed"), empty_value="–")
    def language_proposed(self, one: AnyPosting) -> str | None:
        """Name the language that it reads like, where that is another: what a file brought in says none."""
        return reads_otherwise(title=one.title, text=one.text, language=one.language) or None

    @admin.display(description=_("lacks"))
    def lacks(self, one: AnyPosting) -> str:
        """Return what it lacks, in a few words."""
        return in_short(lack.field for lack in lacks_of(one))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AnyPosting], search_term: str
    ) -> tuple[QuerySet[AnyPosting], bool]:
        """Find postings as the public search does: by their words and by what they state."""
        if not search_term.strip():
            return queryset, False
        return postings_found(queryset, search_term[:LONGEST_SEARCH], side=kind_of(self.model), by_reach=False), False

    def get_form(
        self, request: HttpRequest, obj: AnyPosting | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[AnyPosting]]:
        """Offer the areas that forms offer, and those that the posting has already: they stay on it."""
        if obj is None:
            kwargs.setdefault("form", NewPostingAdminForm)
        form = super().get_form(request, obj, change, **kwargs)
        field = form.base_fields.get("areas")
        if isinstance(field, ModelChoiceField):
            chosen = Q(pk__in=obj.areas.values("pk")) if obj else Q(pk__in=())
            offered = Q(use__in=(AreaUse.AREA, AreaUse.TAG), is_active=True)
            field.queryset = PriorityArea.objects.filter(offered | chosen)
        return form

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Show areas and modalities as boxes to tick: the lists are short."""
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: AnyPosting, form: forms.ModelForm[AnyPosting], change: bool
    ) -> None:
        """Write nothing yet: a posting is written with its areas, modalities and places at once.

        The library's page of an older version ends with `save_m2m`, and knows no places.
        """
        cast("Any", form).save_m2m = lambda: self._write(request, form, targets=None, change=change)

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm[AnyPosting],
        formsets: list[BaseInlineFormSet[Any, Any, Any]],
        change: bool,
    ) -> None:
        """Save what a person changed, and note that one did; nothing changed, nothing written."""
        for formset in formsets:
            # For the log of the admin, which says what was added, changed and taken off.
            formset.save(commit=False)
        changed = any(formset.has_changed() for formset in formsets)
        self._write(request, form, targets=places_given(formsets) if changed or not change else None, change=change)

    def _write(
        self,
        request: HttpRequest,
        form: forms.ModelForm[AnyPosting],
        *,
        targets: Sequence[NamedPlace] | None,
        change: bool,
    ) -> None:
        values = {name: value for name, value in form.cleaned_data.items() if name not in NOT_VALUES}
        relations: dict[str, Any] = {
            name: [row.pk for row in form.cleaned_data[name]] for name in ("areas", "modalities")
        }
        relations |= {"targets": targets, "by": actor(request)}
        if change:
            posting.correct(posting=form.instance, values=values, **relations)
            return
        values["edited_on"] = timezone.now()
        if given := given_paper(form.cleaned_data, prefix=FROM_PAPER):
            made = from_paper.enter(model=self.model, values=values, given=given, **relations)
        else:
            made = posting.create(model=self.model, values=values, **relations)
        form.instance.pk = made.pk

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[AnyPosting]) -> None:
        """Publish the chosen postings."""
        self._each(request, queryset, lambda one: states.publish(posting=one, by=actor(request)))

    @admin.action(description=_("Withdraw: it stays in the records"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[AnyPosting]) -> None:
        """Withdraw the chosen postings."""
        self._each(request, queryset, lambda one: states.withdraw(posting=one, by=actor(request)))

    @admin.action(
        description=_("Confirm today, for the country's own agency that vouched for it"), permissions=["change"]
    )
    def confirm_today(self, request: HttpRequest, queryset: QuerySet[AnyPosting]) -> None:
        """Record today as the day on which the chosen postings were vouched for."""
        self._each(request, queryset, lambda one: states.confirm(posting=one, by=actor(request), on=today()))

    def _each(
        self, request: HttpRequest, queryset: QuerySet[AnyPosting], act: Callable[[AnyPosting], AnyPosting]
    ) -> None:
        done = 0
        # One transaction, so that what it leaves to be done is one job.
        with transaction.atomic():
            for one in queryset:
                try:
                    act(one)
                    done += 1
                except PostingRefused as refused:
                    self.message_user(request, str(refused), messages.WARNING)
        if done:
            said = ngettext("%(count)d posting changed.", "%(count)d postings changed.", done)
            self.message_user(request, said % {"count": done}, messages.SUCCESS)
