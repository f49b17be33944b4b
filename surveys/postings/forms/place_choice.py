"""Choosing a country or a group by its name: for an offer's targets and a need's preferred partners."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from directory.models import Country, CountryGroup
from directory.name_index import load_name_index
from surveys.choices import PlaceKind
from surveys.postings.named_places import NamedPlace, words_of_places
from surveys.postings.shown.reach import PlaceKey
from web.text import fold

MOST_OFFERED = 12
LONGEST_NAME = 200


@dataclass(frozen=True)
class PlaceOption:
    """A country or group that can be chosen: `value` is e.g. "country:THA" or "group:LDC"."""

    value: str
    label: str

    @property
    def place(self) -> NamedPlace:
        """What is stored of it."""
        kind, _colon, code = self.value.partition(":")
        return NamedPlace.by_code(PlaceKind(kind), code)

    @property
    def key(self) -> PlaceKey:
        """What the reach rules see of it."""
        kind, _colon, code = self.value.partition(":")
        return PlaceKey(kind=kind, code=code)


def all_options() -> list[PlaceOption]:
    """Return every country and group that can be a target, in two queries."""
    countries = [PlaceOption(f"country:{country.iso3}", str(country)) for country in Country.objects.listed()]
    groups = [PlaceOption(f"group:{group.code}", _label(group)) for group in _groups()]
    return [*groups, *countries]


def options_of(values: list[str]) -> list[PlaceOption]:
    """Return the options of these values, in their order, each once; what cannot be chosen is left out."""
    known = {option.value: option for option in all_options()} if values else {}
    return [known[value] for value in dict.fromkeys(values) if value in known]


def options_standing_for(places: Sequence[NamedPlace]) -> list[PlaceOption]:
    """Return the options that stated places stand for, also those that cannot be chosen any more; two queries."""
    words = words_of_places(places)
    return [PlaceOption(f"{place.kind}:{place.code}", said) for place, said in zip(places, words, strict=True)]


def find_options(text: str) -> list[PlaceOption]:
    """Return what a text may mean: one option where it is sure, several to choose from, or none.

    Exact names, spellings and codes decide; else whatever has the text in its name is offered.
    """
    if not text.strip() or len(text) > LONGEST_NAME:
        return []
    options = {option.value: option for option in all_options()}
    by_label = [option for option in options.values() if fold(option.label) == fold(text)]
    if by_label:
        return by_label[:1]
    read = load_name_index().resolve(text, codes=True)
    if read.kind == "group" and (found := options.get(f"group:{read.group_code}")):
        return [found]
    if read.kind == "country" and (found := options.get(f"country:{read.iso3}")):
        return [found]
    could_be = [f"group:{code}" for code in read.group_suggestions] + [f"country:{iso3}" for iso3 in read.suggestions]
    suggested = [options[value] for value in could_be if value in options]
    containing = [option for option in options.values() if fold(text) in fold(option.label)]
    return list(dict.fromkeys([*suggested, *containing]))[:MOST_OFFERED]


def _groups() -> list[CountryGroup]:
    return list(CountryGroup.objects.active().exclude(level=""))


def _label(group: CountryGroup) -> str:
    return _("%(group)s (%(code)s)") % {"group": group, "code": group.code}
