"""What the admins of the desk have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from directory.access import Action, can

Row = TypeVar("Row", bound=Model)
Page = Callable[..., HttpResponseBase]

READS = frozenset({"GET", "HEAD", "OPTIONS"})


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


class DeskPages(DeskAdmin[Row]):
    """Where ordinary views are mounted within the admin site: their addresses, and who may look and act, asked here."""

    list_page: ClassVar[Any]
    """The class of the view that lists the rows."""
    one_page: ClassVar[Any]
    """The class of the view of one row; it is given the row as `row`."""
    acts: ClassVar[Action] = Action.REVIEW_MATCHES
    """What it takes to send anything to one of the pages."""

    def guarded(self, view: Page) -> Page:
        """Return the view for those alone who may look, and send it something only if they may act."""

        @wraps(view)
        def for_the_desk(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            if request.method not in READS and not can(request.user, self.acts):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return for_the_desk

    def page(self, view: Page) -> Page:
        """Return the view as a page of the admin site, with its log-in."""
        mounted: Page = self.admin_site.admin_view(self.guarded(view))
        return mounted

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Answer with the list."""
        return self.guarded(self.list_page.as_view())(request)

    def row_page(self, request: HttpRequest, row: Row) -> Any:
        """Answer with the page of one row."""
        return self.guarded(self.one_page.as_view())(request, row=row)
