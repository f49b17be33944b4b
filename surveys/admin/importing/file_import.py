"""Bringing files in, in the admin: upload, columns, preview, writing, undoing; the steps are `surveys.importing`'s."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from directory.access import Action, can
from directory.admin.base import NoChangeMixin, actor
from surveys.admin.importing.page import (
    columns_for_page,
    decimal_marks,
    encoding_for_page,
    row_for_page,
    with_option,
)
from surveys.admin.importing.upload import ImportUploadForm
from surveys.choices import IMPORT_AT_WORK, ImportState, RowResult
from surveys.importing import jobs
from surveys.importing.in_words import AnswerWords
from surveys.importing.landing import landing_of
from surveys.importing.layout.columns import Columns
from surveys.importing.new_edition import asked_of
from surveys.importing.report import waiting_words
from surveys.importing.result import result_of
from surveys.models import Import
from surveys.reading.cells import ImportRefused
from surveys.reading.numbers import DECIMAL_MARK, MARKS
from web.converters import row_number
from web.files.exports import csv_response

ROWS_A_PAGE = 50
REASON = gettext_lazy("What is wrong")


@admin.register(Import)
class ImportAdmin(NoChangeMixin, admin.ModelAdmin[Import]):
    """Files brought in, and the pages that bring one in."""

    list_display = ("file_name", "edition_title", "state", "is_partial", "by", "started_at", "rows")
    list_filter = ("survey", "state", "is_partial")
    list_select_related = ("survey", "by")
    search_fields = ("file_name", "sha256")
    search_help_text = gettext_lazy("By file name or fingerprint.")
    date_hierarchy = "started_at"

    @admin.display(description=gettext_lazy("survey"), ordering="survey")
    def edition_title(self, file_import: Import) -> str:
        """Name the edition, also one that the file is to open."""
        return file_import.edition_title

    @admin.display(description=gettext_lazy("rows"))
    def rows(self, file_import: Import) -> str:
        """Return the counts by result."""
        counts = file_import.counts
        words = [f"{label}: {counts[result]}" for result, label in RowResult.choices if counts.get(result)]
        return "; ".join([*words, *waiting_words(counts)])

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Managers bring files in."""
        return can(request.user, Action.MANAGE_SURVEYS)

    def has_delete_permission(self, request: HttpRequest, obj: Import | None = None) -> bool:
        """Nothing is deleted."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Add the steps of one import."""
        view = self.admin_site.admin_view
        steps = {
            "columns": self.columns_view,
            "apply": self.apply_view,
            "again": self.again_view,
            "discard": self.discard_view,
            "undo": self.undo_view,
        }
        return [
            *(
                path(f"<row:pk>/{name}/", view(require_POST(step)), name=f"surveys_import_{name}")
                for name, step in steps.items()
            ),
            path("<row:pk>/errors.csv", view(self.errors_view), name="surveys_import_errors"),
            path("<row:pk>/progress/", view(self.progress_view), name="surveys_import_progress"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Take a file, for an edition that is there or for one that it opens."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ImportUploadForm(
            request.POST or None, request.FILES or None, initial={"survey": request.GET.get("survey")}
        )
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                made = jobs.upload(
                    survey=form.edition(), file_name=file.name or "", data=file.read(), by=actor(request)
                )
            except ImportRefused as refused:
                form.add_error("file", str(refused))
            else:
                return self._to(made.pk)
        status = 422 if request.method == "POST" else 200
        context = {**self._context(request), "title": _("Bring a file in"), "form": form}
        return TemplateResponse(request, "admin/surveys/import/upload.html", context, status=status)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one import as it stands: at work, its preview, or what became of it."""
        number = row_number(object_id)
        file_import = self._get(request, number) if number is not None else None
        if file_import is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        wanted = request.GET.get("result", "")
        results = [wanted] if wanted in RowResult.values else []
        rows = file_import.rows.filter(result__in=results) if results else file_import.rows.errors_first()
        asked = asked_of(file_import)
        known = Columns(asked.version, asked.lists)
        is_open = file_import.state in (ImportState.PREVIEWED, ImportState.REFUSED, ImportState.FAILED)
        has_file = hasattr(file_import, "file")
        words = AnswerWords(asked)
        page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
        context = {
            **self._context(request),
            "title": file_import.file_name,
            "import": file_import,
            "may": can(request.user, Action.MANAGE_SURVEYS),
            **_progress(file_import),
            "encoding": encoding_for_page(file_import),
            "columns": columns_for_page(file_import, known),
            "decimal_marks": decimal_marks(),
            "goes_choices": known.choices(),
            "has_file": has_file,
            "is_open": is_open,
            "may_correct": is_open and has_file and can(request.user, Action.MANAGE_SURVEYS),
            "page": page,
            "rows": [row_for_page(row, asked, words) for row in page],
            "result": wanted if results else "",
            "results": [
                (code, label, file_import.counts.get(code, 0)) for code, label in RowResult.choices
                if file_import.counts.get(code, 0)
            ],
            "waiting": waiting_words(file_import.counts),
            "in_error": file_import.counts.get("in_error", 0),
            "writes": file_import.counts.get("added", 0) + file_import.counts.get("changed", 0),
            "landing": landing_of(file_import),
            "left": result_of(file_import) if file_import.state == ImportState.APPLIED else None,
        }  # fmt: skip
        return TemplateResponse(request, "admin/surveys/import/import.html", context)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say how far a job is; once it is done, have the page loaded anew."""
        file_import = self._get(request, pk)
        if file_import is None:
            raise Http404
        context = {"import": file_import, **_progress(file_import)}
        response = TemplateResponse(request, "admin/surveys/import/progress.html", context)
        if not context["is_at_work"]:
            response["HX-Refresh"] = "true"
        return response

    def columns_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take what a person says of the columns and of answers that were not known."""
        file_import = self._require(request, pk)
        asked = asked_of(file_import)
        known = Columns(asked.version, asked.lists)
        columns: dict[str, str] = {}
        for number, column in enumerate(file_import.columns):
            goes = with_option(
                request.POST.get(f"column-{number}", ""), request.POST.get(f"option-{number}", ""), column
            )
            if goes and (known.goes_to(goes) or goes == column["goes"]):
                columns[f"{column.get('sheet', '')}\n{column['key']}"] = goes
        decisions: dict[str, dict[str, str]] = {}
        for name, codes in request.POST.lists():
            if not name.startswith("decide:") or name.count(":") < 2:
                continue
            _mark, question, entry = name.split(":", 2)
            # The same entry stands in several rows, and may be decided at one of them.
            code = next((str(code) for code in reversed(codes) if code), "")
            if question in asked.questions and code in (
                MARKS if entry == DECIMAL_MARK else asked.questions[question].choices
            ):
                decisions.setdefault(question, {})[entry[:200]] = code
        encoding = request.POST.get("encoding", "")
        return self._take(request, pk, lambda by: jobs.correct(
            file_import=file_import, columns=columns, decisions=decisions, encoding=encoding, by=by
        ))  # fmt: skip

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write what the preview shows."""
        file_import = self._require(request, pk)
        partial = request.POST.get("rows") == "good"
        return self._take(request, pk, lambda by: jobs.begin_applying(file_import=file_import, partial=partial, by=by))

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin anew after a job died."""
        file_import = self._require(request, pk)
        return self._take(request, pk, lambda by: jobs.try_again(file_import=file_import, by=by))

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Drop the file."""
        file_import = self._require(request, pk)
        said = _("Dropped: nothing was written.")
        return self._take(request, pk, lambda by: jobs.discard(file_import=file_import, by=by), said)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put everything back as it was before."""
        file_import = self._require(request, pk)
        return self._take(request, pk, lambda by: jobs.begin_undoing(file_import=file_import, by=by))

    def errors_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Give the rows in error back as a file, with a column that says why."""
        file_import = self._require(request, pk)
        headings = [column["key"] for column in file_import.columns if not column.get("sheet")]

        def lines() -> Any:
            for row in file_import.rows.filter(result=RowResult.IN_ERROR).iterator(chunk_size=500):
                cells = row.entry.get("cells", {})
                why = " | ".join(f"{error['column']}: {error['message']}" for error in row.entry.get("errors", ()))
                yield [row.row, *(cells.get(heading, "") for heading in headings), why]

        header = [_("row"), *headings, str(REASON)]
        return csv_response(name=f"import-{file_import.pk}-rows-in-error", header=header, rows=lines())

    def _take(self, request: HttpRequest, pk: int, step: Any, said: str = "") -> HttpResponse:
        try:
            step(actor(request))
        except ImportRefused as refused:
            messages.error(request, str(refused))
        else:
            if said:
                messages.success(request, said)
        return self._to(pk)

    def _to(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:surveys_import_change", args=[pk]))

    def _get(self, request: HttpRequest, pk: int) -> Import | None:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.get_queryset(request).select_related("survey", "asks_as", "by", "undone_by").filter(pk=pk).first()

    def _require(self, request: HttpRequest, pk: int) -> Import:
        if not can(request.user, Action.MANAGE_SURVEYS):
            raise PermissionDenied
        file_import = self._get(request, pk)
        if file_import is None:
            raise Http404
        return file_import

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}


def _progress(file_import: Import) -> dict[str, Any]:
    is_at_work = file_import.state in IMPORT_AT_WORK
    return {"is_at_work": is_at_work, "progress": jobs.progress_of(file_import) if is_at_work else None}
