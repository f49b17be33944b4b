"""The tables that the engine reads. Each checks its own shapes, dtypes and ranges (ValueError)."""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs import checks
from matching.engine.inputs.indexing import Index, Masks
from matching.engine.inputs.texts import Texts


@dataclass(frozen=True, slots=True)
class Postings:
    """The needs, or the offers: one entry a posting in each array of length n."""

    ids: NDArray[np.int64]
    """Unique within the side."""
    country: NDArray[np.int32]
    """Index into the run's country table; -1: none."""
    agency: NDArray[np.int64]
    """Key of the agency; -1: none."""
    areas: Masks
    """Only areas that score."""
    modalities: Masks
    recency: NDArray[np.int32]
    """Ordinal day of `confirmed_on`, else of `stated_on`; 0: neither."""
    is_open: NDArray[np.bool_]
    """Published, and open on the run's date."""
    texts: Texts | None = None
    """None: not read, because the profile gives the topic no weight."""
    english: Texts | None = None
    """A second text of each posting, in English; None where no posting of this side has one."""

    def __post_init__(self) -> None:
        checks.array("ids", self.ids, dtype=np.int64)
        size = len(self.ids)
        checks.array("country", self.country, dtype=np.int32, length=size)
        checks.array("agency", self.agency, dtype=np.int64, length=size)
        checks.array("areas", self.areas, dtype=np.uint64, length=size)
        checks.array("modalities", self.modalities, dtype=np.uint64, length=size)
        checks.array("recency", self.recency, dtype=np.int32, length=size)
        checks.array("is_open", self.is_open, dtype=np.bool_, length=size)
        checks.within("country", self.country, low=-1)
        checks.within("agency", self.agency, low=-1)
        checks.within("recency", self.recency, low=0)
        for name, texts in (("texts", self.texts), ("english", self.english)):
            if texts is not None and len(texts) != size:
                raise ValueError(f"{name} must be of {size} postings, not of {len(texts)}")
        # Ascending ones are unique: most are, and looking for doubles takes far longer.
        if not np.all(np.diff(self.ids) > 0) and len(np.unique(self.ids)) != size:
            raise ValueError("ids must be unique")

    def __len__(self) -> int:
        return len(self.ids)

    def rows_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each of these ids; -1 for one that is not among them."""
        if not len(self):
            return np.full(len(ids), -1, dtype=np.int64)
        order = np.argsort(self.ids)
        at = order[np.minimum(np.searchsorted(self.ids, ids, sorter=order), len(order) - 1)]
        return np.where(self.ids[at] == ids, at, -1).astype(np.int64)

    def take(self, rows: Index) -> Self:
        """Return the postings at these rows, in this order."""
        taken: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            taken[field.name] = value.take(rows) if isinstance(value, Texts) else None if value is None else value[rows]
        return type(self)(**taken)

    def best_order(self) -> Index:
        """Return the rows in the order that decides between equal scores: later recency, then lower id."""
        return np.lexsort((self.ids, -self.recency))


@dataclass(frozen=True, slots=True)
class Reach:
    """How closely each offer reaches each country; offers that reach alike share a row."""

    rows: NDArray[np.uint8]
    """uint8[r, n_countries], level in percent; 0: not reached, 100: named."""
    row_of: NDArray[np.int32]
    """int32[n_offers], the row of each offer."""

    def __post_init__(self) -> None:
        checks.array("reach.rows", self.rows, dtype=np.uint8, ndim=2)
        checks.within("reach.rows", self.rows, low=0, high=100)
        checks.array("reach.row_of", self.row_of, dtype=np.int32)
        checks.within("reach.row_of", self.row_of, low=0, high=len(self.rows) - 1)

    def check(self, *, n_offers: int) -> None:
        """Raise ValueError where it is not of so many offers."""
        checks.array("reach.row_of", self.row_of, dtype=np.int32, length=n_offers)

    def take(self, offers: Index) -> Self:
        """Return the reach of these offers, in this order."""
        return type(self)(self.rows, self.row_of[offers])


@dataclass(frozen=True, slots=True)
class Preference:
    """How well each country fits the preferred partners of each need."""

    rows: NDArray[np.uint8]
    """uint8[m, n_countries], level in percent at which the offering country fits; 0: not at all."""
    row_of: NDArray[np.int32]
    """int32[n_needs], the row of each need; -1: it states no preferred partners."""

    def __post_init__(self) -> None:
        checks.array("preference.rows", self.rows, dtype=np.uint8, ndim=2)
        checks.within("preference.rows", self.rows, low=0, high=100)
        checks.array("preference.row_of", self.row_of, dtype=np.int32)
        checks.within("preference.row_of", self.row_of, low=-1, high=len(self.rows) - 1)

    def check(self, *, n_needs: int) -> None:
        """Raise ValueError where it is not of so many needs."""
        checks.array("preference.row_of", self.row_of, dtype=np.int32, length=n_needs)

    def take(self, needs: Index) -> Self:
        """Return the preferences of these needs, in this order."""
        return type(self)(self.rows, self.row_of[needs])


@dataclass(frozen=True, slots=True)
class Excluded:
    """Pairs that people have decided: they take no place in a list. Rows of needs and offers, not ids."""

    need_index: NDArray[np.int64]
    offer_index: NDArray[np.int64]

    def __post_init__(self) -> None:
        checks.array("excluded.need_index", self.need_index, dtype=np.int64)
        checks.array("excluded.offer_index", self.offer_index, dtype=np.int64, length=len(self.need_index))
        checks.within("excluded.need_index", self.need_index, low=0)
        checks.within("excluded.offer_index", self.offer_index, low=0)

    def check(self, *, n_needs: int, n_offers: int) -> None:
        """Raise ValueError where a pair names a row that does not exist."""
        checks.within("excluded.need_index", self.need_index, low=0, high=n_needs - 1)
        checks.within("excluded.offer_index", self.offer_index, low=0, high=n_offers - 1)

    @classmethod
    def none(cls) -> Self:
        """Return an empty set of pairs."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
