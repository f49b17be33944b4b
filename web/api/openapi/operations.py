"""What drf-spectacular asks of each operation, answered in our way."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.openapi import AutoSchema

from web.api.codes import code_of

Schema = dict[str, Any]

_A_NUMBER: Schema = {"type": "string", "pattern": "^[0-9]{1,18}$", "examples": ["12"]}


class PortalSchema(AutoSchema):
    """An operation whose address names its row by a code, or by a number."""

    def _resolve_path_parameters(self, variables: list[str]) -> list[Schema]:
        """Describe the parameters of an address from what its rows go by, which asks no row."""
        parameters: list[Schema] = super()._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]
        queryset = getattr(self.view, "queryset", None)
        code = code_of(queryset.model) if isinstance(queryset, QuerySet) else None
        for parameter in parameters:
            schema = code.schema() if code else dict(_A_NUMBER)
            parameter["description"] = schema.pop("description", "Its number.")
            parameter["schema"] = schema
        return parameters
