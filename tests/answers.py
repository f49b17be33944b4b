"""Every answer of the API, in whatever test it comes, is held against the schema: nothing undeclared is let through."""

import copy
import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
from django.http.response import HttpResponseBase

from web.api.openapi.whole import whole_schema

Schema = dict[str, Any]

_METHODS = ("get", "head", "post", "put", "patch", "delete")


class Undeclared(AssertionError):
    """An answer that the schema does not have: a status, a media type, a key, or a value."""


@dataclass(frozen=True)
class Address:
    """A path of the schema and what it matches."""

    template: str
    pattern: re.Pattern[str]


def closed(node: Any, *, is_part: bool = False) -> Any:
    """Return a schema in which objects refuse keys that they do not name; parts of `allOf` leave it to the whole."""
    if isinstance(node, list):
        return [closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {
        key: [closed(one, is_part=True) for one in value] if key == "allOf" else closed(value)
        for key, value in node.items()
    }
    if "properties" in node and "additionalProperties" not in node and not is_part:
        found["unevaluatedProperties"] = False
    return found


def addresses_of(schema: Schema) -> list[Address]:
    """Return the paths of a schema, those without a place for a value first."""
    found = []
    for template in sorted(schema["paths"], key=lambda path: (path.count("{"), path)):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        found.append(Address(template, re.compile(f"{pattern}/?")))
    return found


class Answers:
    """Holds answers against one schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = copy.deepcopy(schema)
        self.components = {"schemas": closed(self.schema["components"]["schemas"])}
        self.addresses = addresses_of(schema)
        self._validators: dict[tuple[str, ...], Any] = {}

    def check(self, method: str, path: str, response: HttpResponseBase) -> None:
        """Raise Undeclared where the schema does not have this answer; addresses and methods outside it are let be."""
        template = next((one.template for one in self.addresses if one.pattern.fullmatch(path)), None)
        if template is None or method.lower() not in _METHODS:
            return
        item = self.schema["paths"][template]
        operation = item.get("get" if method == "HEAD" else method.lower())
        if operation is None:
            return
        place = f"{method} {template} answered {response.status_code}"
        declared = operation["responses"].get(str(response.status_code))
        if declared is None:
            raise Undeclared(f"{place}: the schema has only {', '.join(operation['responses'])}.")
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        if method == "HEAD" or not declared.get("content"):
            return
        if media_type not in declared["content"]:
            raise Undeclared(f"{place} as {media_type}: the schema has only {', '.join(declared['content'])}.")
        if media_type.endswith("json") and not response.streaming:
            key = (template, method.lower(), str(response.status_code), media_type)
            self._hold(key, declared["content"][media_type].get("schema", {}), response, place)

    def _hold(self, key: tuple[str, ...], schema: Schema, response: Any, place: str) -> None:
        if key not in self._validators:
            whole = {**closed(schema), "components": self.components}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        is_sparse = "fields=" in response.wsgi_request.META["QUERY_STRING"]
        for error in self._validators[key].iter_errors(_said(response)):
            if is_sparse and error.message.endswith("is a required property"):
                continue  # rows with the fields that were asked for alone
            where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
            raise Undeclared(f"{place}: at {where or 'the top'}: {error.message}")


def _said(response: Any) -> Any:
    """Return what an answer says, compressed or not."""
    if response.headers.get("Content-Encoding") == "gzip":
        return json.loads(gzip.decompress(response.content))
    return response.json()


@cache
def answers() -> Answers:
    """Return what holds answers against the schema as it stands."""
    return Answers(whole_schema())
