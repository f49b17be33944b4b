"""Everything that the criteria and gates of one run read, checked against each other."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs import checks
from matching.engine.inputs.arrays import Postings, Preference, Reach
from matching.engine.inputs.indexing import Masks
from matching.engine.inputs.profile import Profile


@dataclass(frozen=True, slots=True)
class Case:
    """The tables of a run. Criteria and gates take a case and row numbers of needs and offers."""

    needs: Postings
    offers: Postings
    reach: Reach
    preference: Preference
    profile: Profile
    need_near: Masks
    """The areas of each need, their parents and their children."""
    offer_near: Masks
    """The same of each offer."""
    reach_level: NDArray[np.uint8]
    """`reach.rows` behind a first column of 0, for an unknown country: look up country + 1."""
    preference_level: NDArray[np.uint8]
    """`preference.rows` behind the same column, and behind a first row of 0 for needs that state none."""

    @classmethod
    def of(cls, needs: Postings, offers: Postings, reach: Reach, preference: Preference, profile: Profile) -> Self:
        """Put the tables together; ValueError where they do not fit each other."""
        n_countries = reach.rows.shape[1]
        if preference.rows.shape[1] != n_countries:
            raise ValueError(
                f"reach knows {n_countries} countries, preference {preference.rows.shape[1]}: must be equal"
            )
        reach.check(n_offers=len(offers))
        preference.check(n_needs=len(needs))
        for side, postings in (("needs", needs), ("offers", offers)):
            checks.within(f"{side}.country", postings.country, low=-1, high=n_countries - 1)
            if np.any(postings.areas & ~profile.known_areas):
                raise ValueError(f"{side}.areas has an area beyond the {len(profile.related)} of the profile")
        if profile.weights.topic and (needs.texts is None or offers.texts is None):
            raise ValueError("the topic has a weight: needs.texts and offers.texts must be given")
        for side, postings in (("needs", needs), ("offers", offers)):
            for name, texts in (("texts", postings.texts), ("english", postings.english)):
                if texts is not None:
                    checks.within(f"{side}.{name}.language", texts.language, low=-1, high=len(profile.languages) - 1)
        return cls(
            needs=needs,
            offers=offers,
            reach=reach,
            preference=preference,
            profile=profile,
            need_near=near(needs.areas, profile.related),
            offer_near=near(offers.areas, profile.related),
            reach_level=np.pad(reach.rows, ((0, 0), (1, 0))),
            preference_level=np.pad(preference.rows, ((1, 0), (1, 0))),
        )


def near(areas: Masks, related: Masks) -> Masks:
    """Return each mask with the parents and children of its areas added."""
    result = areas.copy()
    for bit, relatives in enumerate(related):
        has_area = (areas >> np.uint64(bit)) & np.uint64(1)
        result |= has_area * relatives
    return result
