"""What of a file waits for people to choose, before it is written and after: told by country, above its rows."""

from dataclasses import dataclass

from directory.models import Country
from surveys.choices import RowResult
from surveys.importing.planning import HELD_OF, KEPT_OF
from surveys.models import Import


@dataclass(frozen=True, slots=True)
class Landing:
    """How many rows of a released edition wait to be chosen, how many postings that people vouch for; by country."""

    held: int
    held_of: tuple[tuple[Country, int], ...]
    kept: int
    kept_of: tuple[tuple[Country, int], ...]


def landing_of(file_import: Import) -> Landing:
    """Return it from the counts of the import; one query, where there is anything."""
    held, kept = (_by_country(file_import, prefix) for prefix in (HELD_OF, KEPT_OF))
    codes = {*held, *kept}
    countries = Country.objects.filter(pk__in=codes) if codes else ()
    return Landing(
        held=file_import.counts.get(RowResult.HELD.value, 0),
        held_of=tuple((one, held[one.pk]) for one in countries if one.pk in held),
        kept=sum(kept.values()),
        kept_of=tuple((one, kept[one.pk]) for one in countries if one.pk in kept),
    )


def _by_country(file_import: Import, prefix: str) -> dict[str, int]:
    counts = file_import.counts
    return {code.removeprefix(prefix): counts[code] for code in counts if code.startswith(prefix)}
