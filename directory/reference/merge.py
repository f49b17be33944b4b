"""The three-way merge of one row: what was last loaded, what the row holds now, and what the file says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from directory.reference.cells import Plain, Values


@dataclass(frozen=True)
class Kept:
    """A value that someone set in the admin and that the file does not overwrite."""

    ours: Plain
    theirs: Plain
    is_conflict: bool  # the file, too, has changed since the last load


@dataclass
class Merged:
    """What a row holds after the load, what counts as loaded, and what was kept."""

    values: Values = field(default_factory=dict)
    loaded: Values = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)


def merge(
    *, loaded: Mapping[str, Plain], ours: Mapping[str, Plain], theirs: Mapping[str, Plain], overwrite: bool
) -> Merged:
    """Merge field by field: the file's value goes in unless someone changed that field since it was last loaded.

    `loaded` is what the last load wrote, `ours` what the row holds, `theirs` what the file says; all three have the
    fields of `theirs`. A kept field keeps its old `loaded` value, so that it is reported again until it is settled.
    """
    merged = Merged()
    for name, their_value in theirs.items():
        our_value, loaded_value = ours[name], loaded[name]
        if overwrite or our_value in (loaded_value, their_value):
            merged.values[name] = merged.loaded[name] = their_value
        else:
            merged.values[name], merged.loaded[name] = our_value, loaded_value
            merged.kept[name] = Kept(our_value, their_value, is_conflict=their_value != loaded_value)
    return merged
