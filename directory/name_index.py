"""The index of country and group names, built from the database."""

import csv
from pathlib import Path

from directory.models import Country, CountryAlias, CountryGroup
from directory.names import AliasRow, CountryRow, GroupRow, NameIndex

HINTS_FILE = Path(__file__).parent / "data" / "country_hints.csv"

_NAMES = ("name", "name_formal", "name_fr", "name_es", "name_ru", "name_zh", "name_ar")


def read_hints() -> list[AliasRow]:
    """Return the texts that only suggest (Scotland) or are no country's name (Yugoslavia: iso3 is empty)."""
    with HINTS_FILE.open(encoding="utf-8", newline="") as lines:
        return [AliasRow(text=row["text"], iso3=row["iso3"]) for row in csv.DictReader(lines)]


def load_name_index() -> NameIndex:
    """Build the index of names from what is in use in the database, by three queries.

    Built once for a command or an import and passed on; it is not kept, so that an alias added in the admin counts
    the next time.
    """
    countries = [
        CountryRow(
            iso3=country.iso3,
            iso2=country.iso2,
            names=tuple(name for field in _NAMES if (name := getattr(country, field))),
            codes=(country.iso3, country.iso2, country.m49),
            is_listed=country.is_listed,
        )
        for country in Country.objects.active().only("iso3", "iso2", "m49", "is_listed", *_NAMES)
    ]
    # As entered: of several countries under one text, country_aliases.csv names the likelier one first.
    written = CountryAlias.objects.active().order_by("id").values_list("text", "country_id")
    aliases = [AliasRow(text=text, iso3=iso3) for text, iso3 in written]
    groups = [
        GroupRow(code=code, label=label, aliases=tuple(spellings.splitlines()))
        for code, label, spellings in CountryGroup.objects.active().values_list("code", "label", "aliases")
    ]
    return NameIndex.build(countries=countries, aliases=aliases, groups=groups, hints=read_hints())
