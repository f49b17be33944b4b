"""A schema of a value with its references followed, so that two can be laid side by side.

`{"$ref": …}`, `{"allOf": [one]}` and `{"oneOf": [one, {"type": "null"}]}` are three ways to write nearly the same;
which of them a generator takes changes nothing for a client.
"""

from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_LAID_TOGETHER = ("properties",)


@dataclass(frozen=True)
class Whole:
    """A whole OpenAPI document, in which references lead somewhere."""

    document: Schema

    def follow(self, node: Schema) -> Schema:
        """Return what a reference leads to, with the words at the reference itself; KeyError where it leads nowhere."""
        while "$ref" in node:
            found: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = {**found, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def flat(self, node: Schema) -> Schema:
        """Return the schema of a value with references, `allOf` and "or null" resolved, at this level alone."""
        found = dict(self.follow(node))
        for part in found.pop("allOf", []):
            found = _together(found, self.flat(part))
        for word in ("oneOf", "anyOf"):
            found = self._without_null_option(found, word)
        kind = found.get("type")
        if kind is not None:
            found["type"] = frozenset([kind] if isinstance(kind, str) else kind)
        if None in found.get("enum", []):
            found["enum"] = [one for one in found["enum"] if one is not None]
        return found

    def _without_null_option(self, node: Schema, word: str) -> Schema:
        options = node.get(word)
        if options is None:
            return node
        others = [option for option in options if option != {"type": "null"}]
        if len(others) != 1 or len(others) == len(options):
            return node
        rest = {key: value for key, value in node.items() if key != word}
        one = _together(rest, self.flat(others[0]))
        return {**one, "type": [*sorted(one["type"]), "null"]} if "type" in one else one


def _together(one: Schema, other: Schema) -> Schema:
    both = {**other, **one}
    for word in _LAID_TOGETHER:
        if word in one and word in other:
            both[word] = {**other[word], **one[word]}
    if "required" in one and "required" in other:
        both["required"] = sorted({*one["required"], *other["required"]})
    return both
