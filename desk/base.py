"""What the admins of the desk have in common."""

from typing import Any, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

Row = TypeVar("Row", bound=Model)


class DeskList(admin.ModelAdmin[Row]):
    """A list that stays quick however long it grows."""

    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions: Any = None


class DeskAdmin(DeskList[Row]):
    """Rows that steps write, and no form: each has a page of the desk's own."""

    def row_page(self, request: HttpRequest, row: Row) -> HttpResponse:
        """Answer with the page of the row; it takes the steps too, if there are any."""
        raise NotImplementedError

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Answer with the row's page, to those who may look."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return self.row_page(request, row)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the row's page, which tells what happened to it."""
        return HttpResponseRedirect(
            f"{reverse(f'admin:{self.opts.app_label}_{self.opts.model_name}_change', args=[object_id])}#history"
        )
