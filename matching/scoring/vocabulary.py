"""Which bit and which column of the engine's arrays stand for which row of the reference data."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from directory.choices import AreaUse
from directory.models import Country, Modality, PriorityArea
from directory.models.reference_data.scored import MOST_SCORED, too_many
from web.unavailable import CannotAnswer


class CannotScore(CannotAnswer):
    """What is to be scored holds more codes than the engine tells apart, or one that it was not told of."""


@dataclass(frozen=True)
class Vocabulary:
    """Which bit stands for which area and modality, and which column for which country."""

    areas: tuple[str, ...]
    modalities: tuple[str, ...]
    countries: tuple[str, ...]
    related: NDArray[np.uint64]
    unscored: tuple[str, ...] = ()
    """Areas that do not score, of which postings may have some."""

    @classmethod
    def read(cls) -> "Vocabulary":
        """Read the areas with their relatives, the modalities and the countries, in three queries.

        Disabled entries keep their bit: what refers to them keeps them. Raises CannotScore where there are more areas
        or modalities that score than the engine tells apart.
        """
        areas = list(PriorityArea.objects.order_by("code").values_list("code", "parent", "use"))
        bit_of = {code: bit for bit, code in enumerate(code for code, _parent, use in areas if use == AreaUse.AREA)}
        modalities = tuple(Modality.objects.order_by("code").values_list("code", flat=True))
        if max(len(bit_of), len(modalities)) > MOST_SCORED:
            raise CannotScore(too_many(PriorityArea.objects.scored()) or too_many(Modality.objects.scored()))
        related = [0] * len(bit_of)
        for code, parent, _use in areas:
            if code in bit_of and parent in bit_of:
                related[bit_of[code]] |= 1 << bit_of[parent]
                related[bit_of[parent]] |= 1 << bit_of[code]
        return cls(
            areas=tuple(bit_of),
            modalities=modalities,
            countries=tuple(Country.objects.order_by("iso3").values_list("iso3", flat=True)),
            related=np.array(related, dtype=np.uint64),
            unscored=tuple(code for code, _parent, _use in areas if code not in bit_of),
        )

    def column(self, iso3: str) -> int:
        """Return the column of a country; CannotScore where it is none of these."""
        try:
            return self._columns[iso3]
        except KeyError:
            raise CannotScore(f"the country {iso3} was not known when the run began") from None

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {iso3: column for column, iso3 in enumerate(self.countries)}

    def area_codes(self, mask: int) -> list[str]:
        """Return the codes of the areas in a mask."""
        return [code for bit, code in enumerate(self.areas) if mask >> bit & 1]

    def modality_codes(self, mask: int) -> list[str]:
        """Return the codes of the modalities in a mask."""
        return [code for bit, code in enumerate(self.modalities) if mask >> bit & 1]

    def area_relatives(self, code: str) -> list[str]:
        """Return the codes of an area's parent and children."""
        return self.area_codes(int(self.related[self.areas.index(code)]))
