"""Serializer fields of our own."""

from typing import Any

from rest_framework import serializers


class CodeField(serializers.ChoiceField):
    """A code out of a closed list; null where none is known."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, **{"allow_null": True, **kwargs})

    def to_representation(self, value: Any) -> Any:
        """Return the code, or None."""
        return str(value) if value else None


class CodesField(serializers.ListField):
    """Codes of related rows, in their order."""

    child = serializers.CharField()

    def to_representation(self, data: Any) -> list[str]:
        """Return the primary keys, which are the codes."""
        return [row.pk for row in data.all()]


class ListedCodesField(serializers.ListField):
    """Codes that a column keeps together, parted by semicolons."""

    child = serializers.CharField()

    def to_representation(self, data: Any) -> list[str]:
        """Return the codes one by one."""
        return [code.strip() for code in str(data).split(";") if code.strip()]
