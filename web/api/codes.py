"""How the codes of reference data are written: what the schema says of them, whatever rows there are.

A list of today's codes would make another schema of each new row, and break the clients that were generated from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from web.api.fields import related_rows

Schema = dict[str, Any]


@dataclass(frozen=True)
class Code:
    """How the codes of one kind of row are written, and one that stands for all of them."""

    pattern: str
    """A regular expression without its ends, as addresses take it."""
    example: str
    words: str
    """What the code is, for whoever reads the schema."""

    def schema(self, *, or_null: bool = False, or_empty: bool = False) -> Schema:
        """Return the OpenAPI schema of one code."""
        return {
            "type": ["string", "null"] if or_null else "string",
            "pattern": f"^({self.pattern})?$" if or_empty else f"^{self.pattern}$",
            "description": self.words,
            "examples": [self.example],
        }


_OF_MODELS: dict[type[Model], Code] = {}


def register(model: type[Model], *, pattern: str, example: str, words: str) -> Code:
    """Return the code of a model's rows, and keep it for the filters and addresses that name such rows."""
    _OF_MODELS[model] = Code(pattern=pattern, example=example, words=words)
    return _OF_MODELS[model]


def code_of(model: type[Model]) -> Code | None:
    """Return how the rows of a model are named; None where they go by number."""
    return _OF_MODELS.get(model)


class CodeOf(serializers.CharField):
    """The code of a row of reference data."""

    def __init__(self, code: Code, *, or_empty: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", code.schema(or_empty=or_empty))


class CodesOf(serializers.ListField):
    """Codes of related rows, in their order."""

    def __init__(self, code: Code, **kwargs: Any) -> None:
        super().__init__(**{"child": CodeOf(code), **kwargs})

    def get_attribute(self, instance: Any) -> list[Any] | None:
        """Return the rows, or the codes where a list of these is at hand."""
        if isinstance(instance, dict):
            return super().get_attribute(instance)
        return list(related_rows(instance, self.source_attrs[0]))

    def to_representation(self, data: Iterable[Any]) -> list[str]:
        """Return the primary keys, which are the codes; of a list of codes, these."""
        return [one if isinstance(one, str) else one.pk for one in data]
