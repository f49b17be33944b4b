"""Files that are drawn up of one row of the desk when they are asked for, and kept nowhere."""

from typing import Generic, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.generic import View

from web.files.letters import CONTENT_TYPES
from web.files.pdf import PdfUnavailable

Row = TypeVar("Row", bound=Model)


class DrawnUp(View, Generic[Row]):
    """A file about one row."""

    http_method_names = ["get", "head"]

    def rows(self) -> QuerySet[Row]:
        """Return the rows of which it may be asked for."""
        raise NotImplementedError

    def obstacle(self, row: Row) -> str:
        """Return why there is none, for people; empty where there is one."""
        return ""

    def page_of(self, row: Row) -> str:
        """Return the address of the page of the row, which says why there is none."""
        raise NotImplementedError

    def written(self, row: Row, ending: str) -> bytes:
        """Return the file. Raises PdfUnavailable where one cannot be made."""
        raise NotImplementedError

    def name_of(self, row: Row, ending: str) -> str:
        """Return the name of the file."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *, pk: int, ending: str = "pdf") -> HttpResponseBase:
        """Return the file, or say what is missing to make one."""
        if ending not in CONTENT_TYPES:
            raise Http404
        row = get_object_or_404(self.rows(), pk=pk)
        if why := self.obstacle(row):
            messages.error(request, why)
            return HttpResponseRedirect(self.page_of(row))
        try:
            data = self.written(row, ending)
        except PdfUnavailable as missing:
            return HttpResponse(str(missing), status=missing.status, content_type="text/plain; charset=utf-8")
        response = HttpResponse(data, content_type=CONTENT_TYPES[ending])
        response["Content-Disposition"] = f'attachment; filename="{self.name_of(row, ending)}"'
        response["Cache-Control"] = "no-store"
        return response
