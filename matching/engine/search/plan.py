"""What all parts of a run share: the tables in the order that decides between equal scores."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.arrays import Excluded, Postings, Preference, Reach
from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.inputs.profile import Profile
from matching.engine.search.lists import Keys


@dataclass(frozen=True, slots=True)
class Best:
    """The best pairs of some needs with all offers; those of several parts of the needs are put together later."""

    need_keys: Keys
    """int64[needs of the part, width], as `lists.Keys` of positions."""
    offer_keys: Keys
    """int64[all offers, width]: the best among these needs."""
    n_open: int
    """Pairs that no gate closes; decided ones included."""


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """A run that is ready to be worked through, need by need. Positions count in the best order of each side."""

    case: Case
    need_order: Index
    """Row, as given, of the need at each position."""
    offer_order: Index
    decided: NDArray[np.int64]
    """Pairs that people decided, as position of need × number of offers + position of offer; ascending, distinct."""

    @classmethod
    def of(
        cls,
        needs: Postings,
        offers: Postings,
        reach: Reach,
        preference: Preference,
        profile: Profile,
        excluded: Excluded,
    ) -> Self:
        """Check the tables and put them in order; ValueError where they do not fit each other."""
        need_order, offer_order = needs.best_order(), offers.best_order()
        # Checked before anything is put in order, so that an error names what the caller gave.
        reach.check(n_offers=len(offers))
        preference.check(n_needs=len(needs))
        excluded.check(n_needs=len(needs), n_offers=len(offers))
        need, offer = np.argsort(need_order)[excluded.need_index], np.argsort(offer_order)[excluded.offer_index]
        return cls(
            case=Case.of(
                needs.take(need_order),
                offers.take(offer_order),
                reach.take(offer_order),
                preference.take(need_order),
                profile,
            ),
            need_order=need_order,
            offer_order=offer_order,
            decided=np.unique(need.astype(np.int64) * len(offers) + offer),
        )

    @property
    def n_needs(self) -> int:
        """Number of needs."""
        return len(self.need_order)

    @property
    def n_offers(self) -> int:
        """Number of offers."""
        return len(self.offer_order)
