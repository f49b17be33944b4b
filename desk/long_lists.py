"""Lists of the secretariat that may be of any length."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


class LongListAdmin(admin.ModelAdmin[Row]):
    """An admin whose list asks for no more than the page that it shows: never all rows, nor how many there would be."""

    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions: Any = None
