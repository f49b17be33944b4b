"""What the OpenAPI schema says of every endpoint: its errors, its headers, and that nothing need be logged in."""

from typing import Any

from web.api.problems import PROBLEM_JSON

Schema = dict[str, Any]

_REASONS = {
    "400": "A parameter is unknown, empty, repeated or wrong; `errors` says which and what is allowed.",
    "404": "There is nothing here that the reader may see.",
    "406": "Only application/json can be had here.",
    "429": "Too many requests: wait as many seconds as Retry-After says.",
    "500": "Something went wrong on our side.",
}

PROBLEM: Schema = {
    "type": "object",
    "description": "An error, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "Messages by parameter.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}

_ETAG: Schema = {"schema": {"type": "string"}, "description": "Send it back as If-None-Match."}
_RETRY_AFTER: Schema = {"schema": {"type": "integer"}, "description": "Seconds"}


def document_errors(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Add to each operation the answers that any may give: a drf-spectacular post-processing hook."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, item in result.get("paths", {}).items():
        for operation in item.values():
            _document(operation["responses"], names_a_row="{" in path)
    return result


def _document(responses: Schema, *, names_a_row: bool) -> None:
    responses["200"].setdefault("headers", {})["ETag"] = _ETAG
    responses["304"] = {"description": "Not modified: the ETag sent as If-None-Match still holds."}
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, reason in _REASONS.items():
        if status == "404" and not names_a_row:
            continue
        responses[status] = {"description": reason, "content": content}
    responses["429"]["headers"] = {"Retry-After": _RETRY_AFTER}
