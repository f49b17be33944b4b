"""Shapes that drf-spectacular writes in a way that generators of clients do not read well."""

from typing import Any

Schema = dict[str, Any]

_NULL_ENUM = "NullEnum"


def write_null_as_a_type(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Write "or null" as JSON Schema does, not as a list of words that holds null: a post-processing hook."""
    schemas = result.get("components", {}).get("schemas", {})
    if schemas.pop(_NULL_ENUM, None) is None:
        return result
    reference = {"$ref": f"#/components/schemas/{_NULL_ENUM}"}
    return _replaced(result, reference, {"type": "null"})


def end_without_a_slash(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Name addresses without their last slash, as linters ask; both ways are answered: a post-processing hook."""
    paths = result.get("paths", {})
    result["paths"] = {path.rstrip("/"): item for path, item in paths.items()}
    return result


def _replaced(node: Any, old: Schema, new: Schema) -> Any:
    if node == old:
        return dict(new)
    if isinstance(node, dict):
        return {key: _replaced(value, old, new) for key, value in node.items()}
    if isinstance(node, list):
        return [_replaced(value, old, new) for value in node]
    return node
