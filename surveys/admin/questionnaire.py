"""Questionnaires in the admin: sections, questions and options, editable until somebody has begun to answer."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from directory.admin.base import ListInline, actor
from directory.admin.since_shown import SinceShownAdmin
from surveys.models import Challenge, Option, Question, Questionnaire, Section
from surveys.questionnaires.bringing_in import QuestionnaireRefused, check_may
from surveys.questionnaires.versions import editable_version
from surveys.questionnaires.xlsform.writing import write_xlsform
from web.files.exports import XLSX

Row = TypeVar("Row", bound=Model)


def questionnaire_of(row: Any) -> Questionnaire | None:
    """Return the version that a section, question or option belongs to."""
    if isinstance(row, Questionnaire):
        return row
    if isinstance(row, Option):
        return row.question.questionnaire
    return row.questionnaire if isinstance(row, Section | Question) else None


class UntilGiven(SinceShownAdmin[Row]):
    """Rows of a questionnaire: what somebody has answered stays as it was asked."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change a version that was answered."""
        version = questionnaire_of(obj) if obj else None
        return super().has_change_permission(request, obj) and not (version and version.is_given)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are added on the page of what they belong to."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """They are reached from their survey."""
        return False


class RowsUntilGiven(admin.TabularInline[Any, Any]):
    """Rows listed and added on the page of what they belong to, until it was answered."""

    extra = 1
    show_change_link = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """See `UntilGiven`."""
        version = questionnaire_of(obj) if obj else None
        return super().has_change_permission(request, obj) and not (version and version.is_given)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for changing."""
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What nobody has answered can be taken out again."""
        return obj is not None and self.has_change_permission(request, obj)


class SectionInline(RowsUntilGiven):
    """The sections of a version."""

    model = Section
    fields = ("position", "code", "label", "repeats", "shown_if_question", "shown_if_options")


class QuestionInline(RowsUntilGiven):
    """The questions of a section."""

    model = Question
    fk_name = "section"
    fields = ("position", "code", "label", "kind", "choices_from", "is_required", "feeds", "side")


class OptionInline(RowsUntilGiven):
    """The options of a question."""

    model = Option
    fields = ("position", "code", "label", "name", "attributes", "spellings", "translations")


@admin.register(Questionnaire)
class QuestionnaireAdmin(UntilGiven[Questionnaire]):
    """One version of what a survey asks."""

    fields = ("survey", "number", "note", "state")
    readonly_fields = ("survey", "number", "state")
    inlines = (SectionInline,)
    change_form_template = "admin/surveys/questionnaire/change_form.html"

    @admin.display(description=gettext_lazy("state"))
    def state(self, version: Questionnaire) -> str:
        """Whether it can be changed."""
        if version.is_given:
            return _("It was answered: it stays as it is. Make a new version to change something.")
        return _("Nobody has begun to answer it: it can be changed.")

    def get_urls(self) -> list[URLPattern]:
        """Add XLSForm and the next version."""
        view = self.admin_site.admin_view
        return [
            path("<row:pk>/xlsform.xlsx", view(self.xlsform_view), name="surveys_questionnaire_xlsform"),
            path("<row:pk>/next/", view(require_POST(self.next_view)), name="surveys_questionnaire_next"),
            *super().get_urls(),
        ]

    def xlsform_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the version as XLSForm."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        version = Questionnaire.objects.whole().select_related("survey").filter(pk=pk).first()
        if version is None:
            raise Http404
        response = HttpResponse(write_xlsform(version), content_type=XLSX)
        name = f"{version.survey.code}-v{version.number}"
        response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
        return response

    def next_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the version that can be edited, and go there."""
        version = Questionnaire.objects.select_related("survey").filter(pk=pk).first()
        try:
            check_may(actor(request))
        except QuestionnaireRefused as refused:
            raise PermissionDenied(str(refused)) from None
        if version is None:
            raise Http404
        made = editable_version(version.survey)
        messages.success(request, _("Version %(number)d can be edited.") % {"number": made.number})
        return HttpResponseRedirect(reverse("admin:surveys_questionnaire_change", args=[made.pk]))


@admin.register(Section)
class SectionAdmin(UntilGiven[Section]):
    """A section with its questions."""

    fields = (
        "belongs_to", "position", "code", "label", "help", "repeats", "repeat_count", "shown_if_question",
        "shown_if_options", "shown_if_rule", "translations",
    )  # fmt: skip
    readonly_fields = ("belongs_to",)
    inlines = (QuestionInline,)

    @admin.display(description=gettext_lazy("questionnaire"))
    def belongs_to(self, section: Section) -> SafeString:
        """Lead back."""
        return _link("questionnaire", section.questionnaire_id, section.questionnaire)


@admin.register(Question)
class QuestionAdmin(UntilGiven[Question]):
    """A question with its options."""

    fields = (
        "belongs_to", "position", "code", "kind", "label", "short_label", "help", "is_required", "required_if",
        "constraint", "constraint_message", "choices_from", "choice_filter", "allows_other", "shown_if_question",
        "shown_if_options", "shown_if_rule", "feeds", "side", "is_public", "headings", "spellings", "translations",
    )  # fmt: skip
    readonly_fields = ("belongs_to",)
    inlines = (OptionInline,)

    @admin.display(description=gettext_lazy("section"))
    def belongs_to(self, question: Question) -> SafeString:
        """Lead back."""
        return _link("section", question.section_id, question.section)


@admin.register(Challenge)
class ChallengeAdmin(SinceShownAdmin[Challenge]):
    """The challenges that an edition lists, in the printed words."""

    list_display = ("code", "survey", "perspective", "label_as_printed")
    list_filter = ("survey", "perspective")
    list_select_related = ("survey",)
    list_per_page = 100
    autocomplete_fields = ()
    fields = ("survey", "position", "code", "perspective", "parent", "label", "label_as_printed", "marker", "source")

    def get_readonly_fields(self, request: HttpRequest, obj: Challenge | None = None) -> tuple[str, ...]:
        """Fix what answers and other editions refer to."""
        return ("survey", "code") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Challenge | None = None) -> bool:
        """Answers refer to it."""
        return False


class VersionInline(ListInline[Questionnaire, Any]):
    """The versions of a survey's questionnaire."""

    model = Questionnaire
    fields = ("number", "note", "created_at")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Questionnaire]:
        """With their survey, which their names hold."""
        return super().get_queryset(request).select_related("survey")


def _link(model: str, pk: int, words: Any) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:surveys_{model}_change", args=[pk]), words)
