"""Serializer fields of our own: codes, the names that stand beside them, and addresses."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


def related_rows(row: Any, name: str) -> Iterable[Any]:
    """Return the rows that a row is tied to by a relation to many, as they were fetched with it."""
    fetched = row.__dict__.get("_prefetched_objects_cache", {})
    found: Iterable[Any] = fetched[name] if name in fetched else getattr(row, name).all()
    return found


class CodeField(serializers.ChoiceField):
    """A code out of a closed list; null where none is known."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, **{"allow_null": True, **kwargs})

    def to_representation(self, value: Any) -> Any:
        """Return the code, or None."""
        return str(value) if value else None


class ListedCodesField(serializers.ListField):
    """Codes that a column keeps together, parted by semicolons."""

    child = serializers.CharField()

    def to_representation(self, data: Any) -> list[str]:
        """Return the codes one by one."""
        return [code.strip() for code in str(data).split(";") if code.strip()]


@extend_schema_field({"type": "string", "nullable": True})
class LabelField(serializers.Field[Any, Any, Any, Any]):
    """The name of a row, for people, in the language asked for; null where there is no row."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Its name, in the language of Accept-Language where there is one.")
        # One that only some readers get is said to be not required, as its code is.
        super().__init__(**{"read_only": "required" not in kwargs, "allow_null": True, **kwargs})

    def to_representation(self, value: Any) -> str:
        """Return the name."""
        return str(value)


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class LabelsField(serializers.Field[Any, Any, Any, Any]):
    """The names of related rows, in the order of their codes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Their names, in the order of the codes and in the language of Accept-Language.")
        super().__init__(**{"read_only": True, **kwargs})

    def get_attribute(self, instance: Any) -> Iterable[Any]:
        """Return the rows."""
        return related_rows(instance, self.source_attrs[0])

    def to_representation(self, value: Iterable[Any]) -> list[str]:
        """Return their names."""
        return [str(row) for row in value]


class CodeLabelField(LabelField):
    """The words of a code out of a closed list; null where none is known."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices, self.words = choices, dict(choices)

    def to_representation(self, value: Any) -> Any:
        """Return the words."""
        return str(self.words[value]) if value else None


@extend_schema_field(OpenApiTypes.URI)
class AddressField(serializers.Field[Any, Any, Any, Any]):
    """The absolute address of a row: that of its list, and what the row is known by.

    Of the host that was asked; outside a request that of the portal.
    """

    def __init__(self, of: str, key: str = "pk", **kwargs: Any) -> None:
        super().__init__(**{"read_only": True, "source": key, **kwargs})
        self.of, self.key = of, key
        self._list: str | None = None

    def to_representation(self, value: Any) -> str:
        """Return the address."""
        if self._list is None:
            request = self.context.get("request")
            path = reverse(self.of)
            self._list = request.build_absolute_uri(path) if request else f"{settings.PORTAL_URL.rstrip('/')}{path}"
        return f"{self._list}{value}/"


def own_address(of: str, key: str = "pk") -> AddressField:
    """Return the field `url` of a row: its own address in the API."""
    return AddressField(f"{of}-list", key, help_text="Where the API gives this row alone; it stays.")


def page_address(of: str, key: str = "pk") -> AddressField:
    """Return the field `page_url` of a row: the page for people."""
    return AddressField(of, key, help_text="The page of it, for people; it stays.")
