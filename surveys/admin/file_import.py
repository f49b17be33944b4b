"""Imported files in the admin: what became of each row."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from surveys.admin.base import NoChangeMixin
from surveys.choices import RowResult
from surveys.models import Import

SHOWN_ROWS = 1_000


@admin.register(Import)
class ImportAdmin(NoChangeMixin, admin.ModelAdmin[Import]):
    """Files brought in; read only."""

    list_display = ("file_name", "survey", "state", "is_partial", "by", "started_at", "rows")
    list_filter = ("survey", "state", "is_partial")
    list_select_related = ("survey", "by")
    search_fields = ("file_name", "sha256")
    search_help_text = _("By file name or fingerprint.")
    date_hierarchy = "started_at"
    fields = (
        "file_name", "survey", "state", "is_partial", "by", "started_at", "finished_at", "sha256", "rows",
        "report_table",
    )  # fmt: skip
    readonly_fields = ("rows", "report_table")

    @admin.display(description=_("rows"))
    def rows(self, file_import: Import) -> str:
        """Return the counts by result."""
        words = dict(RowResult.choices)
        return "; ".join(
            f"{words.get(result, result)}: {count}" for result, count in file_import.counts.items() if count
        )

    @admin.display(description=_("report"))
    def report_table(self, file_import: Import) -> SafeString:
        """Return one line a row: what it became, changed cells, errors, places to look at."""
        words = dict(RowResult.choices)
        lines = [
            (
                entry.get("row") or "–",
                entry.get("key", ""),
                words.get(entry["result"], entry["result"]),
                _details(entry),
            )
            for entry in file_import.report[:SHOWN_ROWS]
        ]
        return format_html_join("", "<p>{} · {} · <b>{}</b> {}</p>", lines)

    def has_delete_permission(self, request: HttpRequest, obj: Import | None = None) -> bool:
        """Nothing is deleted."""
        return False


def _details(entry: dict[str, object]) -> str:
    changes = [f"{one['column']}: “{one['before']}” → “{one['after']}”" for one in _dicts(entry.get("changes"))]
    errors = [f"{one['column']}: “{one['value']}”: {one['message']}" for one in _dicts(entry.get("errors"))]
    kept = [f"{one['side']}: {one['kept']}" for one in _dicts(entry.get("postings")) if one.get("kept")]
    return " | ".join([*changes, *errors, *kept])


def _dicts(value: object) -> list[dict[str, str]]:
    return value if isinstance(value, list) else []
