"""How the schema of the API is made: what it says of itself, and who adds what to it."""

from typing import Any

from ssc_portal.api_docs.description import API_VERSION, TAGS, contact, description
from ssc_portal.api_docs.names import ENUM_NAMES


def schema_settings(*, title: str, disclaimer: str, owner: str, mailbox: str) -> dict[str, Any]:
    """Return drf-spectacular's settings for the portal of this name, its owner and the mailbox that answers for it."""
    return {
        "TITLE": title,
        "DESCRIPTION": description(disclaimer=disclaimer),
        "VERSION": API_VERSION,
        "OAS_VERSION": "3.1.0",
        "LICENSE": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        "CONTACT": contact(name=owner, mailbox=mailbox),
        # Whoever serves the schema serves the API; the same bytes wherever it was made.
        "SERVERS": [{"url": "/", "description": "The portal that serves this schema"}],
        "TAGS": TAGS,
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "SERVE_INCLUDE_SCHEMA": False,
        "SERVE_PUBLIC": True,
        "ENUM_NAME_OVERRIDES": ENUM_NAMES,
        "POSTPROCESSING_HOOKS": [
            "drf_spectacular.hooks.postprocess_schema_enums",
            "web.api.openapi.shapes.write_null_as_a_type",
            "web.api.openapi.shapes.end_without_a_slash",
            "web.api.openapi.answers.document_errors",
            "ssc_portal.api_docs.parameters.describe_parameters",
            "ssc_portal.api_docs.parameters.describe_components",
            "ssc_portal.api_docs.examples.add_examples",
            "web.api.deprecation.mark_deprecations",
        ],
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    }
