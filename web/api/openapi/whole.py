"""The whole schema, made once in a process: the same bytes whatever rows, database, reader and language there are."""

import json
from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

Schema = dict[str, Any]

LANGUAGE = "en"


@cache
def whole_schema() -> Schema:
    """Return the OpenAPI schema of the API. It is shared: change nothing in it."""
    with translation.override(LANGUAGE):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        found: Schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def as_text(schema: Schema) -> str:
    """Return a schema as the repository keeps it: JSON, in the order in which it is served."""
    return f"{json.dumps(schema, ensure_ascii=False, indent=1)}\n"
