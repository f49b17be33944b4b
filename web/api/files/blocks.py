"""A whole list, read in blocks: its rows are chosen and ordered once, and fetched a few hundred at a time.

A block is asked for by the same rule of who may see what as the list, at the moment of its turn: what has gone from the
list meanwhile is left out, what has come into it does not shift the others, and none stands twice. Between blocks
nothing is held open in the database, however slowly somebody reads.

What rows belong to (a country, an agency, an area) is fetched once for all rows that share it, where `prefetch_related`
would make a copy for each and a query set for each: that is most of what a row costs.
"""

# ruff: noqa: SLF001 - what a model says of itself has no other names; Django documents them

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from web.api.files.light_rows import light_rows

ROWS_A_BLOCK = 500
KEYS_AT_ONCE = 10_000
MOST_KEPT = 5_000
"""Rows of one relation that are kept from one block to the next."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """What is fetched along with rows, by the names of their relations."""

    one: Mapping[str, QuerySet[Any]] = field(default_factory=dict)
    """Relations to one row, and where that is found."""
    many: Sequence[str] = ()
    """Relations to many rows of small tables, which are read whole, in their own order."""
    owned: Mapping[str, "Belongings"] = field(default_factory=dict)
    """Relations to rows that are theirs alone, and what these belong to."""


def keys_of(rows: QuerySet[Any]) -> Sequence[Any]:
    """Return the keys of all rows in their order, in one query; numbers eight bytes each."""
    keys = rows.prefetch_related(None).values_list("pk", flat=True)
    is_number = rows.model._meta.pk.get_internal_type().endswith(("AutoField", "IntegerField"))
    found: Sequence[Any] = array("q", keys.iterator(chunk_size=KEYS_AT_ONCE)) if is_number else list(keys)
    return found


def blocks(rows: QuerySet[Any], keys: Sequence[Any], belongings: Belongings | None = None) -> Iterator[list[Any]]:
    """Yield the rows of these keys, block by block, in their order, in a fixed number of queries a block."""
    unordered, gatherer = rows.order_by(), _Gatherer(rows.model, belongings or Belongings())
    read = list if belongings is None else light_rows
    for start in range(0, len(keys), ROWS_A_BLOCK):
        chosen = list(keys[start : start + ROWS_A_BLOCK])
        found = {row.pk: row for row in read(unordered.filter(pk__in=chosen))}
        block = [found[key] for key in chosen if key in found]
        gatherer.gather(block)
        yield block


class _Gatherer:
    """Gives the rows of one model what they belong to, block after block."""

    def __init__(self, model: Any, belongings: Belongings) -> None:
        self.model = model
        self.one = belongings.one
        self.kept: dict[str, dict[Any, Any]] = {name: {} for name in belongings.one}
        self.many = {name: _whole_table(model, name) for name in belongings.many}
        self.owned = {
            name: _Gatherer(model._meta.get_field(name).related_model, theirs)
            for name, theirs in belongings.owned.items()
        }

    def gather(self, block: Sequence[Any]) -> None:
        """Give each row of a block what it belongs to."""
        if not block:
            return
        for name in self.one:
            self._gather_one(block, name)
        for name, table in self.many.items():
            pairs = _pairs(self.model, name, [row.pk for row in block])
            _put(block, name, ((key, table[other]) for key, other in pairs if other in table), is_placed=True)
        for name, theirs in self.owned.items():
            relation = self.model._meta.get_field(name)
            column = relation.field.attname
            table = relation.related_model._default_manager
            rows = light_rows(table.filter(**{f"{column}__in": [row.pk for row in block]}))
            theirs.gather(rows)
            _put(block, name, ((getattr(row, column), row) for row in rows), is_placed=False)

    def _gather_one(self, block: Sequence[Any], name: str) -> None:
        """Give each row the one that it belongs to by this relation, asking for those that are not at hand."""
        column, kept = self.model._meta.get_field(name).attname, self.kept[name]
        if len(kept) > MOST_KEPT:
            kept.clear()
        asked = {key for row in block if (key := getattr(row, column)) is not None and key not in kept}
        if asked:
            kept.update({row.pk: row for row in self.one[name].filter(pk__in=asked)})
        for row in block:
            # As the relation itself keeps what it has fetched.
            row._state.fields_cache[name] = kept.get(getattr(row, column))


def _whole_table(model: Any, name: str) -> dict[Any, tuple[int, Any]]:
    """Return by key each row of the table that a relation leads to, with its place in that table's own order."""
    target: Any = model._meta.get_field(name).related_model
    return {row.pk: (place, row) for place, row in enumerate(target._default_manager.all())}


def _pairs(model: Any, name: str, keys: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    """Return the pairs of keys that a relation to many ties."""
    relation: Any = model._meta.get_field(name)
    through, own, other = relation.remote_field.through, relation.m2m_field_name(), relation.m2m_reverse_field_name()
    tied = through._default_manager.filter(**{f"{own}__in": keys}).order_by()
    return tied.values_list(f"{own}_id", f"{other}_id")


def _put(block: Sequence[Any], name: str, found: Iterable[tuple[Any, Any]], *, is_placed: bool) -> None:
    """Give each row its own, as `prefetch_related` would; in the order of their places, where they have one."""
    tied: dict[Any, list[Any]] = {row.pk: [] for row in block}
    for key, one in found:
        tied[key].append(one)
    for row in block:
        own = tied[row.pk]
        if is_placed:
            own.sort(key=lambda pair: pair[0])
            own = [one for _place, one in own]
        row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = own
