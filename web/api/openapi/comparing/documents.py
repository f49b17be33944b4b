"""Two whole schemas: operations, parameters, bodies and answers."""

from typing import Any

from web.api.openapi.comparing.change import Changes, Schema, SchemaChange
from web.api.openapi.comparing.resolving import Whole
from web.api.openapi.comparing.values import Comparison, Flow

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_WRITTEN = {"style": "form", "explode": True}
"""How a parameter of a query is written, where nothing is said."""


def changes_between(old: Schema, new: Schema) -> list[SchemaChange]:
    """Return what changed from the older document to the newer one, what breaks clients first."""
    found = _operations(Whole(old), Whole(new))
    return sorted(set(found), key=lambda change: (not change.breaks, change))


def breaking(changes: list[SchemaChange]) -> list[SchemaChange]:
    """Return those on which a client made for the older document may fail."""
    return [change for change in changes if change.breaks]


def _operations(old: Whole, new: Whole) -> Changes:
    before, after = _by_name(old.document), _by_name(new.document)
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield SchemaChange(name, "the operation is gone", breaks=True)
        elif name not in before:
            yield SchemaChange(name, "new operation", breaks=False)
        else:
            yield from _operation(name, before[name], after[name], old, new)


def _by_name(document: Schema) -> dict[str, Schema]:
    return {
        f"{method.upper()} {path}": {**operation, "parameters": [*item.get("parameters", []), *_parameters(operation)]}
        for path, item in document.get("paths", {}).items()
        for method, operation in item.items()
        if method in _METHODS
    }


def _parameters(operation: Schema) -> list[Schema]:
    found: list[Schema] = operation.get("parameters", [])
    return found


def _operation(name: str, before: Schema, after: Schema, old: Whole, new: Whole) -> Changes:
    if before.get("operationId") != after.get("operationId"):
        what = f"operationId {before.get('operationId')} is now {after.get('operationId')}"
        yield SchemaChange(name, what, breaks=True)
    if after.get("deprecated") and not before.get("deprecated"):
        yield SchemaChange(name, "deprecated", breaks=False)
    if _may_be_anonymous(before, old) and not _may_be_anonymous(after, new):
        yield SchemaChange(name, "not for everyone any more: it asks who calls", breaks=True)
    comparison = Comparison(old, new)
    yield from _compared_parameters(name, before, after, comparison)
    yield from _compared_bodies(name, before, after, comparison)
    yield from _compared_answers(name, before, after, comparison)


def _may_be_anonymous(operation: Schema, whole: Whole) -> bool:
    # An empty list at the operation asks for nothing, whatever the document asks for.
    schemes: list[Any] = operation["security"] if "security" in operation else whole.document.get("security", [])
    return not schemes or {} in schemes


def _compared_parameters(name: str, before: Schema, after: Schema, comparison: Comparison) -> Changes:
    old = {(one["in"], one["name"]): one for one in map(comparison.old.follow, before["parameters"])}
    new = {(one["in"], one["name"]): one for one in map(comparison.new.follow, after["parameters"])}
    for key in sorted(old.keys() | new.keys()):
        at = f"{name} {key[0]} {key[1]}"
        if key not in new:
            yield SchemaChange(at, "the parameter is gone", breaks=True)
        elif key not in old:
            must = bool(new[key].get("required"))
            yield SchemaChange(at, f"new{' required' if must else ''} parameter", breaks=must)
        else:
            yield from _compared_parameter(at, old[key], new[key], comparison)


def _compared_parameter(at: str, old: Schema, new: Schema, comparison: Comparison) -> Changes:
    if new.get("required") and not old.get("required"):
        yield SchemaChange(at, "must be given now (required)", breaks=True)
    if new.get("deprecated") and not old.get("deprecated"):
        yield SchemaChange(at, "deprecated", breaks=False)
    for word, unsaid in _WRITTEN.items():
        before, after = old.get(word, unsaid), new.get(word, unsaid)
        if before != after:
            yield SchemaChange(at, f"{word} {before} is now {after}", breaks=True)
    yield from comparison.changes(at, old.get("schema", {}), new.get("schema", {}), Flow.SENT)


def _compared_bodies(name: str, before: Schema, after: Schema, comparison: Comparison) -> Changes:
    at = f"{name} body"
    old, new = comparison.old.follow(before.get("requestBody", {})), comparison.new.follow(after.get("requestBody", {}))
    if not old and not new:
        return
    if not old:
        must = bool(new.get("required"))
        yield SchemaChange(at, f"new{' required' if must else ''} body", breaks=must)
        return
    if not new:
        yield SchemaChange(at, "the body is gone", breaks=True)
        return
    if new.get("required") and not old.get("required"):
        yield SchemaChange(at, "must be sent now (required)", breaks=True)
    yield from _compared_content(at, old, new, comparison, Flow.SENT)


def _compared_answers(name: str, before: Schema, after: Schema, comparison: Comparison) -> Changes:
    old, new = before.get("responses", {}), after.get("responses", {})
    for status in sorted(old.keys() | new.keys()):
        at = f"{name} answer {status}"
        if status not in new:
            yield SchemaChange(at, "the answer is gone", breaks=status.startswith("2"))
        elif status not in old:
            yield SchemaChange(at, "new answer", breaks=False)
        else:
            one, other = comparison.old.follow(old[status]), comparison.new.follow(new[status])
            yield from _compared_content(at, one, other, comparison, Flow.ANSWERED)


def _compared_content(at: str, before: Schema, after: Schema, comparison: Comparison, flow: Flow) -> Changes:
    old, new = before.get("content", {}), after.get("content", {})
    for media_type in sorted(old.keys() | new.keys()):
        if media_type not in new:
            yield SchemaChange(at, f"no longer as {media_type}", breaks=True)
        elif media_type not in old:
            yield SchemaChange(at, f"also as {media_type}", breaks=False)
        else:
            one, other = old[media_type].get("schema", {}), new[media_type].get("schema", {})
            yield from comparison.changes(at, one, other, flow)
