"""What is said to break clients between two schemas, and what is not."""

import copy
from typing import Any

import pytest

from web.api.openapi.comparing.documents import breaking, changes_between

pytestmark = pytest.mark.any_database

OFFER = {
    "type": "object",
    "required": ["id", "title", "state"],
    "properties": {
        "id": {"type": "integer"},
        "title": {"type": "string"},
        "state": {"$ref": "#/components/schemas/State"},
        "note": {"type": ["string", "null"]},
        "parent": {"oneOf": [{"$ref": "#/components/schemas/Offer"}, {"type": "null"}]},
        "amount": {"oneOf": [{"$ref": "#/components/schemas/Amount"}, {"type": "null"}]},
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/offers": {
            "get": {
                "operationId": "offers_list",
                "parameters": [
                    {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["open", "closed"]}},
                    {"name": "size", "in": "query", "schema": {"type": "integer", "maximum": 100}},
                ],
                "responses": {
                    "200": {
                        "description": "",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Offer"}}
                            },
                        },
                    },
                    "400": {"description": ""},
                },
            },
            "post": {
                "operationId": "offers_create",
                "security": [{}, {"key": []}],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["title"],
                                "properties": {"title": {"type": "string"}, "places": {"type": ["integer", "null"]}},
                            }
                        }
                    }
                },
                "responses": {"201": {"description": ""}},
            },
        },
    },
    "components": {
        "schemas": {
            "Offer": OFFER,
            "State": {"type": "string", "enum": ["open", "closed"]},
            "Amount": {"type": "object", "required": ["value"], "properties": {"value": {"type": "number"}}},
        }
    },
}

GET = DOCUMENT["paths"]["/offers"]["get"]
SENT = {"title": {"type": "string"}, "places": {"type": ["integer", "null"]}}


def changed(*steps: Any, to: Any = None, gone: bool = False) -> dict[str, Any]:
    """The document with one place of it written anew, or left out."""
    other = copy.deepcopy(DOCUMENT)
    node: Any = other
    for step in steps[:-1]:
        node = node[step]
    if gone:
        del node[steps[-1]]
    else:
        node[steps[-1]] = to
    return other


IN_GET = ("paths", "/offers", "get")
IN_POST = ("paths", "/offers", "post")
BODY = (*IN_POST, "requestBody", "content", "application/json", "schema")
ANSWER = (*IN_GET, "responses", "200", "content")
IN_OFFER = ("components", "schemas", "Offer")
OFFER_AGAIN = {"$ref": "#/components/schemas/Offer"}
LIST, CREATE = "GET /offers", "POST /offers"
ROW = f"{LIST} answer 200[]"

BREAKS = {
    "path gone": (changed("paths", "/offers", gone=True), f"{LIST}: the operation is gone"),
    "operation gone": (changed(*IN_POST, gone=True), f"{CREATE}: the operation is gone"),
    "operation renamed": (changed(*IN_GET, "operationId", to="x"), f"{LIST}: operationId offers_list is now x"),
    "property gone": (changed(*IN_OFFER, "properties", "title", gone=True), f"{ROW}.title: the property is gone"),
    "not required": (changed(*IN_OFFER, "required", to=["id", "state"]), f"{ROW}.title: no longer in every answer"),
    "other type": (changed(*IN_OFFER, "properties", "id", "type", to="string"), f"{ROW}.id: no longer integer"),
    "null in answers": (
        changed(*IN_OFFER, "properties", "title", "type", to=["string", "null"]),
        f"{ROW}.title: may now be null",
    ),
    "deep inside": (
        changed("components", "schemas", "Amount", "properties", "value", gone=True),
        f"{ROW}.amount.value: the property is gone",
    ),
    "format": (changed(*IN_OFFER, "properties", "title", "format", to="uri"), f"{ROW}.title: format None is now uri"),
    "word gone from an answer": (
        changed("components", "schemas", "State", "enum", to=["open"]),
        f"{ROW}.state: the word 'closed' is gone",
    ),
    "new word in an answer": (
        changed("components", "schemas", "State", "enum", to=["open", "closed", "paused"]),
        f"{ROW}.state: new word 'paused'",
    ),
    "word gone from a parameter": (
        changed(*IN_GET, "parameters", 0, "schema", "enum", to=["open"]),
        f"{LIST} query state: the word 'closed' is gone",
    ),
    "parameter gone": (changed(*IN_GET, "parameters", 1, gone=True), f"{LIST} query size: the parameter is gone"),
    "parameter required": (
        changed(*IN_GET, "parameters", 1, "required", to=True),
        f"{LIST} query size: must be given now",
    ),
    "new required parameter": (
        changed(*IN_GET, "parameters", to=[*GET["parameters"], {"name": "a", "in": "query", "required": True}]),
        f"{LIST} query a: new required parameter",
    ),
    "lower maximum": (
        changed(*IN_GET, "parameters", 1, "schema", "maximum", to=50),
        f"{LIST} query size: maximum 100 is now 50",
    ),
    "new minimum": (
        changed(*IN_GET, "parameters", 1, "schema", "minimum", to=5),
        f"{LIST} query size: minimum None is now 5",
    ),
    "new pattern": (
        changed(*IN_GET, "parameters", 0, "schema", to={"type": "string", "enum": ["open", "closed"], "pattern": "o"}),
        f"{LIST} query state: pattern None is now o",
    ),
    "written in another way": (
        changed(*IN_GET, "parameters", 1, "explode", to=False),
        f"{LIST} query size: explode True is now False",
    ),
    "closed list in a parameter": (
        changed(*IN_GET, "parameters", 1, "schema", "enum", to=[10, 20]),
        f"{LIST} query size: a closed list now: 10, 20",
    ),
    "media type gone": (changed(*ANSWER, to={}), f"{LIST} answer 200: no longer as application/json"),
    "answer gone": (changed(*IN_GET, "responses", "200", gone=True), f"{LIST} answer 200: the answer is gone"),
    "body property required": (changed(*BODY, "required", to=["places"]), f"{CREATE} body.places: must be sent"),
    "null not taken": (
        changed(*BODY, "properties", "places", "type", to="integer"),
        f"{CREATE} body.places: no longer null",
    ),
    "new required body property": (
        changed(*BODY, to={"type": "object", "required": ["title", "x"], "properties": {**SENT, "x": {}}}),
        f"{CREATE} body.x: new required property",
    ),
    "body required": (changed(*IN_POST, "requestBody", "required", to=True), f"{CREATE} body: must be sent now"),
    "body closed": (
        changed(*BODY, "additionalProperties", to=False),
        f"{CREATE} body: takes no other properties any more",
    ),
    "key needed": (changed(*IN_POST, "security", to=[{"key": []}]), f"{CREATE}: not for everyone any more"),
}  # fmt: skip

ADDS = {
    "operation": (changed("paths", "/needs", to={"get": GET}), "GET /needs: new operation"),
    "property in an answer": (
        changed(*IN_OFFER, "properties", "url", to={"type": "string"}),
        f"{ROW}.url: new property",
    ),
    "null no longer answered": (
        changed(*IN_OFFER, "properties", "note", "type", to="string"),
        f"{ROW}.note: no longer null",
    ),
    "parameter": (
        changed(*IN_GET, "parameters", to=[*GET["parameters"], {"name": "a", "in": "query"}]),
        f"{LIST} query a: new parameter",
    ),
    "word of a parameter": (
        changed(*IN_GET, "parameters", 0, "schema", "enum", to=["open", "closed", "all"]),
        f"{LIST} query state: new word 'all'",
    ),
    "optional body property": (
        changed(*BODY, "properties", "note", to={"type": "string"}),
        f"{CREATE} body.note: new property",
    ),
    "number for integer": (
        changed(*BODY, "properties", "places", "type", to=["number", "null"]),
        f"{CREATE} body.places: may now be number",
    ),
    "error": (changed(*IN_GET, "responses", "429", to={"description": ""}), f"{LIST} answer 429: new answer"),
    "media type": (changed(*ANSWER, "text/csv", to={}), f"{LIST} answer 200: also as text/csv"),
    "deprecated": (changed(*IN_GET, "deprecated", to=True), f"{LIST}: deprecated"),
    "deprecated parameter": (
        changed(*IN_GET, "parameters", 1, "deprecated", to=True),
        f"{LIST} query size: deprecated",
    ),
}


@pytest.mark.parametrize(("newer", "said"), BREAKS.values(), ids=BREAKS)
def test_what_breaks_clients_is_named(newer: dict[str, Any], said: str) -> None:
    found = [str(change) for change in breaking(changes_between(DOCUMENT, newer))]

    assert any(line.startswith(f"BREAKS  {said}") for line in found), found


@pytest.mark.parametrize(("newer", "said"), ADDS.values(), ids=ADDS)
def test_what_adds_to_it_breaks_nobody(newer: dict[str, Any], said: str) -> None:
    found = changes_between(DOCUMENT, newer)

    assert [str(change) for change in found if str(change).startswith(f"adds  {said}")], found
    assert not breaking(found)


@pytest.mark.parametrize(
    "newer",
    [
        DOCUMENT,
        changed(*IN_OFFER, "properties", "title", "description", to="Words."),
        changed(*IN_OFFER, "properties", "state", to={"allOf": [{"$ref": "#/components/schemas/State"}]}),
        changed(*IN_OFFER, "properties", "state", to={"type": "string", "enum": ["closed", "open"]}),
        changed(*IN_OFFER, "properties", "note", to={"anyOf": [{"type": "null"}, {"type": "string"}]}),
        changed(*IN_OFFER, "properties", "parent", to={"oneOf": [{"type": "null"}, OFFER_AGAIN]}),
        changed(*IN_GET, "parameters", to=GET["parameters"][::-1]),
        changed(*IN_GET, "parameters", 1, "style", to="form"),
        changed("components", "schemas", "Unused", to={"type": "string"}),
    ],
    ids=["itself", "words", "allOf", "inlined", "null", "null first", "order", "said anyway", "unused"],
)  # fmt: skip
def test_another_way_to_write_the_same_is_no_change(newer: dict[str, Any]) -> None:
    assert changes_between(DOCUMENT, newer) == []
    assert changes_between(newer, DOCUMENT) == []
