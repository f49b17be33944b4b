"""Lists that the page of an import leads to: of the rows that came of it."""

from typing import TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)


class OfImportMixin(admin.ModelAdmin[Row]):
    """A list that can be asked for the rows of one import, though it offers no filter of all imports."""

    of_import = "file_import__id__exact"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the link of the import's page."""
        return lookup == self.of_import or super().lookup_allowed(lookup, value, request)
