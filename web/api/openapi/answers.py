"""What the OpenAPI schema says of every endpoint: its errors and its headers."""

from typing import Any

from web.api.problems import PROBLEM_JSON
from web.files.exports import XLSX

Schema = dict[str, Any]

_REASONS = {
    "400": "A parameter is unknown, empty, repeated or wrong; `errors` says which and what is allowed.",
    "401": "The Authorization header opens nothing: the key is unknown, or works no more.",
    "404": "There is nothing here that the reader may see.",
    "406": "The answer cannot be had in a form that Accept names.",
    "429": "Too many requests: wait as many seconds as Retry-After says.",
    "500": "Something went wrong on our side.",
    "503": "It cannot be answered at this moment; `detail` says why. Ask again when Retry-After says so.",
}

PROBLEM: Schema = {
    "type": "object",
    "description": "An error, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "about:blank: the status says all."},
        "title": {"type": "string", "description": "The name of the status."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What is wrong, for people."},
        "errors": {
            "type": "object",
            "description": "Messages by parameter.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}

_ETAG: Schema = {"schema": {"type": "string"}, "description": "Send it back as If-None-Match."}
_RETRY_AFTER: Schema = {"schema": {"type": "integer"}, "description": "Seconds"}
_CHALLENGE: Schema = {"schema": {"type": "string"}, "description": "How to say who calls: a Bearer key."}
_LIMITS: Schema = {
    "RateLimit-Policy": {
        "schema": {"type": "string", "example": '"anonymous";q=300;w=60'},
        "description": "The limit: `q` requests in `w` seconds.",
    },
    "RateLimit": {
        "schema": {"type": "string", "example": '"anonymous";r=299;t=58'},
        "description": "What is left of it: `r` requests, for `t` seconds.",
    },
}


IF_MATCH, REPEATABLE = "If-Match", "Idempotency-Key"
"""Headers of what writes: by the second the schema knows that an operation does, by the first that it changes a row."""

_REASONS_OF_WRITING = {
    "400": "The body cannot be read, or fields of it are unknown, missing or wrong; `errors` says which and why.",
    "401": "There is no key, or one that is not known or works no more.",
    "403": "The key may not write, or it is a person's session: people post in the workspace.",
    "404": "There is nothing here that the key may change, or it names another agency.",
    "406": _REASONS["406"],
    "409": "The state does not allow it, or the same Idempotency-Key is being worked on.",
    "413": "The body is too large.",
    "415": "Only application/json is read here.",
    "422": "The Idempotency-Key was sent with another request.",
    "429": _REASONS["429"],
    "500": _REASONS["500"],
    "503": _REASONS["503"],
}
_REASONS_OF_ASKING = {
    **{status: _REASONS_OF_WRITING[status] for status in ("400", "406", "413", "415", "429", "500", "503")},
    "401": _REASONS["401"],
    "403": "It comes with the cookie of a session, and without the token that forms carry.",
}
"""Of what takes a body, and writes nothing."""
_REASONS_OF_CHANGE = {
    "412": "Somebody changed it since: read it again.",
    "428": "If-Match is missing.",
}


def document_errors(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Add to each operation the answers that any may give: a drf-spectacular post-processing hook."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, item in result.get("paths", {}).items():
        for operation in item.values():
            headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
            if REPEATABLE in headers:
                reasons = _REASONS_OF_WRITING | (_REASONS_OF_CHANGE if IF_MATCH in headers else {})
                _add_problems(operation["responses"], reasons)
            elif "requestBody" in operation:
                _add_problems(operation["responses"], _REASONS_OF_ASKING)
            else:
                _document(operation["responses"], names_a_row="{" in path)
                _document_files(operation)
    return result


def _document_files(operation: Schema) -> None:
    """Say in which files an answer can be had, where `format` asks for one."""
    formats = next((one for one in operation.get("parameters", ()) if one["name"] == "format"), None)
    if formats is not None:
        types = {"csv": "text/csv", "ndjson": "application/x-ndjson", "xlsx": XLSX}
        content = operation["responses"]["200"]["content"]
        for ending in formats["schema"]["enum"]:
            content[types[ending]] = {"schema": {"type": "string", "format": "binary"}}


def _document(responses: Schema, *, names_a_row: bool) -> None:
    responses["200"].setdefault("headers", {})["ETag"] = _ETAG
    responses["304"] = {"description": "Not modified: the ETag sent as If-None-Match still holds."}
    _add_problems(responses, {key: words for key, words in _REASONS.items() if key != "404" or names_a_row})


def _add_problems(responses: Schema, reasons: dict[str, str]) -> None:
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, reason in reasons.items():
        responses[status] = {"description": reason, "content": content}
    responses["401"]["headers"] = {"WWW-Authenticate": _CHALLENGE}
    for status in ("429", "503"):
        responses[status]["headers"] = {"Retry-After": _RETRY_AFTER}
    for response in responses.values():
        response.setdefault("headers", {}).update(_LIMITS)
