"""Choices of the admin that are searched for: what was posted is shown again only where it can be a row's number."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import IntegerField

from web.converters import row_number


class CheckedAutocomplete(AutocompleteSelect):
    """Django's own asks the database for whatever was posted, unchecked, when it shows a refused form again."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        """Return the options for those values that the column could hold."""
        return super().optgroups(name, [one for one in value if self._could_be(str(one))], attr)

    def _could_be(self, text: str) -> bool:
        if isinstance(self.field.target_field, IntegerField):
            return row_number(text) is not None
        return "\0" not in text


class CheckedChoices:
    """For an admin or an inline with `autocomplete_fields`."""

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Give it the widget that checks."""
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", CheckedAutocomplete(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
