"""One example of each operation: a file `<operationId>.json` beside this one.

Facts of reference data are as published; every posting, match and practice is invented, and its title says so.
A file holds `summary`, `answer`, and where the operation takes a body, `body`.
"""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from web.api.problems import PROBLEM_JSON, problem_body

Schema = dict[str, Any]

ROOM = Path(__file__).parent
JSON = "application/json"
_DETAILS = {
    "400": "The query cannot be answered as it stands.",
    "401": "The key is unknown, has expired or was revoked.",
    "403": "You may not do this.",
    "404": "There is nothing here that you may see.",
    "406": "This address can be had as application/json only.",
    "409": "“Flood warning” is archived: it can be copied, not changed.",
    "410": "Nothing can be told from this position any more. Make the copy anew: ask without “after”.",
    "412": "Somebody changed this since you read it: read it again, and send its ETag as If-Match.",
    "413": "The request is too large.",
    "415": 'Unsupported media type "text/plain" in request.',
    "422": "This Idempotency-Key was sent with another request: take a new one.",
    "428": "Send the ETag of what you read as If-Match, so that nobody's change is lost.",
    "429": "Too many requests: wait as many seconds as Retry-After says.",
    "500": "Something went wrong on our side.",
    "503": "The database is busy. Nothing of your request was saved: try again in a minute.",
}
_ERRORS = {"400": {"colour": ["Unknown parameter. Allowed here: country, cursor, page_size."]}}


@cache
def example_of(operation_id: str) -> Schema | None:
    """Return the example of an operation; None where there is no file of it."""
    file = ROOM / f"{operation_id}.json"
    return json.loads(file.read_text()) if file.exists() else None


def add_examples(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Put the examples at requests and answers, those of errors too: a drf-spectacular post-processing hook."""
    for item in result.get("paths", {}).values():
        for operation in item.values():
            _illustrate(operation, example_of(operation["operationId"]) or {})
    return result


def _illustrate(operation: Schema, example: Schema) -> None:
    if "body" in example:
        _put(operation["requestBody"]["content"], JSON, example["summary"], example["body"])
    for status, response in operation["responses"].items():
        if "content" not in response:
            continue
        # Answers may share what they hold, which each example would then write over.
        content = response["content"] = copy.deepcopy(response["content"])
        if status.startswith("2") and "answer" in example:
            _put(content, JSON, example["summary"], example["answer"])
        elif status in _DETAILS:
            body = problem_body(int(status), _DETAILS[status], _ERRORS.get(status))
            _put(content, PROBLEM_JSON, body["title"], body)


def _put(content: Schema, media_type: str, summary: str, value: Any) -> None:
    if media_type in content:
        content[media_type]["examples"] = {"example": {"summary": summary, "value": value}}
