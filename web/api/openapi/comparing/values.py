"""Two schemas of one value: what is sent may only come to be taken more widely, what is answered only to say more.

A word that is gone from a closed list breaks either way: somebody sends it, or waits for it. A word that is new breaks
an answer, since a generated client refuses what it does not know.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from web.api.openapi.comparing.change import Changes, Schema, SchemaChange
from web.api.openapi.comparing.resolving import Whole

_ANY = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems")


class Flow(StrEnum):
    """Which way a value travels."""

    SENT = "sent"
    ANSWERED = "answered"


class Comparison:
    """Compares values of an older and a newer document; what refers to itself is looked at once."""

    def __init__(self, old: Whole, new: Whole) -> None:
        self.old, self.new = old, new
        self._open: set[tuple[str, str]] = set()

    def changes(self, where: str, old: Schema, new: Schema, flow: Flow) -> Changes:
        """Give what changed between two schemas of the value at `where`."""
        key = (str(old.get("$ref", id(old))), str(new.get("$ref", id(new))))
        if key in self._open:
            return
        self._open.add(key)
        before, after = self.old.flat(old), self.new.flat(new)
        yield from _types(where, before, after, flow)
        yield from _words(where, before, after, flow)
        yield from _limits(where, before, after, flow)
        yield from self._properties(where, before, after, flow)
        yield from self._open_keys(where, before, after, flow)
        if "items" in before and "items" in after:
            yield from self.changes(f"{where}[]", before["items"], after["items"], flow)
        for word in ("oneOf", "anyOf"):
            if before.get(word) != after.get(word):
                yield SchemaChange(where, f"its alternatives ({word}) are others", breaks=True)
        self._open.discard(key)

    def _properties(self, where: str, before: Schema, after: Schema, flow: Flow) -> Changes:
        old, new = before.get("properties", {}), after.get("properties", {})
        was, must = set(before.get("required", [])), set(after.get("required", []))
        for name in sorted(old.keys() | new.keys()):
            at = f"{where}.{name}"
            if name not in new:
                yield SchemaChange(at, "the property is gone", breaks=True)
            elif name not in old:
                is_asked = flow == Flow.SENT and name in must
                yield SchemaChange(at, f"new{' required' if is_asked else ''} property", breaks=is_asked)
            else:
                if flow == Flow.ANSWERED and name in was - must:
                    yield SchemaChange(at, "no longer in every answer (not required)", breaks=True)
                if flow == Flow.SENT and name in must - was:
                    yield SchemaChange(at, "must be sent now (required)", breaks=True)
                yield from self.changes(at, old[name], new[name], flow)

    def _open_keys(self, where: str, before: Schema, after: Schema, flow: Flow) -> Changes:
        old, new = before.get("additionalProperties", True), after.get("additionalProperties", True)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self.changes(f"{where}.*", old, new, flow)
        elif flow == Flow.SENT and old is not False and new is False:
            yield SchemaChange(where, "takes no other properties any more", breaks=True)


def _types(where: str, before: Schema, after: Schema, flow: Flow) -> Iterator[SchemaChange]:
    old, new = _widened(before.get("type", _ANY)), _widened(after.get("type", _ANY))
    lost, won = old - new, new - old
    if lost:
        breaks = flow == Flow.SENT or not new & old
        yield SchemaChange(where, f"no longer {_names(lost)}", breaks=breaks)
    if won:
        breaks = flow == Flow.ANSWERED or not new & old
        yield SchemaChange(where, f"may now be {_names(won)}", breaks=breaks)
    if before.get("format") != after.get("format"):
        yield SchemaChange(where, f"format {before.get('format')} is now {after.get('format')}", breaks=True)


def _widened(types: frozenset[str]) -> frozenset[str]:
    # Each integer is a number.
    return types | {"integer"} if "number" in types else types


def _names(types: frozenset[str]) -> str:
    return " or ".join(sorted(types))


def _words(where: str, before: Schema, after: Schema, flow: Flow) -> Iterator[SchemaChange]:
    old, new = _closed_list(before), _closed_list(after)
    if old is None and new is not None:
        yield SchemaChange(where, f"a closed list now: {', '.join(map(str, new))}", breaks=flow == Flow.SENT)
    elif old is not None and new is None:
        yield SchemaChange(where, "no closed list any more", breaks=flow == Flow.ANSWERED)
    elif old is not None and new is not None:
        for word in [one for one in old if one not in new]:
            yield SchemaChange(where, f"the word {word!r} is gone from the list", breaks=True)
        for word in [one for one in new if one not in old]:
            yield SchemaChange(where, f"new word {word!r} in the list", breaks=flow == Flow.ANSWERED)


def _closed_list(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    words: list[Any] | None = schema.get("enum")
    return words


def _limits(where: str, before: Schema, after: Schema, flow: Flow) -> Iterator[SchemaChange]:
    if flow == Flow.ANSWERED:
        return
    if after.get("pattern") not in (None, before.get("pattern")):
        yield SchemaChange(where, f"pattern {before.get('pattern')} is now {after['pattern']}", breaks=True)
    for names, sign in ((_AT_MOST, -1), (_AT_LEAST, 1)):
        for name in names:
            old, new = before.get(name), after.get(name)
            if new is not None and (old is None or (new - old) * sign > 0):
                yield SchemaChange(where, f"{name} {old} is now {new}", breaks=True)
