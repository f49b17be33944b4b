"""Reads one row of Table 1 into answers, or into everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from directory.models import Agency, Country, Modality, PriorityArea
from directory.names import NameIndex
from directory.text import fold
from surveys.choices import ResponseKind
from surveys.from_answers import Answers
from surveys.importing.amounts import Amount, AmountError, parse_number, parse_printed
from surveys.importing.cells import CellError
from surveys.importing.edition import Edition
from surveys.importing.labels import Item, LabelError, Labels
from surveys.importing.places import PlaceError, read_places
from surveys.importing.table1 import AGENCY_COLUMN, Row

MAX_CELL_CHARACTERS = 3_000
MAX_AMOUNT_CHARACTERS = 120

DATA_SOURCES = {"survey": ResponseKind.ANSWERED, "secondary": ResponseKind.COMPILED}


@dataclass(frozen=True)
class Reference:
    """What rows are read against, loaded once an import."""

    countries: Mapping[str, Country]
    agencies: Mapping[str, tuple[Agency, ...]]
    areas: Labels[PriorityArea]
    modalities: Labels[Modality]
    names: NameIndex
    edition: Edition


class Complaints:
    """Collects what is wrong in one row."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.errors: list[CellError] = []

    def add(self, column: str, message: str) -> None:
        """Note what is wrong in a column, and what would be right."""
        value = self._row.cells.get(column, "")[:200]
        self.errors.append(CellError(self._row.sheet, self._row.number, column, value, message))


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a row the same row in a later file."""

    country: Country
    agency: Agency | None

    @property
    def key(self) -> str:
        """The key as it is stored: ISO3, and the agency's code where the edition has one response an agency."""
        return f"{self.country.iso3}/{self.agency.code}" if self.agency else self.country.iso3


def read_identity(row: Row, *, reference: Reference, complaints: Complaints) -> Identity | None:
    """Return whose row it is, or None having complained."""
    country = _read_country(row, reference=reference, complaints=complaints)
    if country is None:
        return None
    text = row.stated(AGENCY_COLUMN) if AGENCY_COLUMN in row.cells else ""
    if not text:
        return Identity(country, None)
    own = reference.agencies.get(country.iso3, ())
    wanted = fold(text)
    found = [agency for agency in own if wanted in (fold(agency.code), fold(agency.name), fold(agency.acronym))]
    if len(found) != 1:
        known = "; ".join(str(agency) for agency in own) or _("none")
        complaints.add(
            AGENCY_COLUMN,
            _("Not an agency of %(country)s. Known are: %(known)s. Add it in the admin first.")
            % {"country": country, "known": known},
        )
        return None
    return Identity(country, found[0])


def _read_country(row: Row, *, reference: Reference, complaints: Complaints) -> Country | None:
    code, printed = row.stated("iso3"), row.stated("country_as_printed")
    if not code and not printed:
        complaints.add("iso3", _("Name the country: its ISO 3166-1 alpha-3 code, or its name as printed."))
        return None
    by_name = reference.names.resolve(printed)
    if code:
        country = reference.countries.get(code.upper())
        if country is None:
            reading = reference.names.resolve(code, codes=True)
            found = tuple(filter(None, (reading.iso3, by_name.iso3)))
            complaints.add(
                "iso3",
                _("Not an ISO 3166-1 alpha-3 code.") + _did_you_mean(found or reading.suggestions, reference),
            )
            return None
        if printed and country.iso3 not in (by_name.iso3, *by_name.suggestions):
            complaints.add(
                "country_as_printed",
                _("Does not agree with the code %(code)s, which is %(country)s.")
                % {"code": country.iso3, "country": country.name}
                + _did_you_mean((by_name.iso3,) if by_name.iso3 else by_name.suggestions, reference),
            )
            return None
    else:
        if by_name.iso3 is None:
            message = {
                "ambiguous": _("The name of more than one country: write the code in iso3."),
                "group": _("The name of a group, not of a country."),
            }.get(by_name.kind, _("Not known as a country: write the code in iso3."))
            complaints.add("country_as_printed", message + _did_you_mean(by_name.suggestions, reference))
            return None
        country = reference.countries[by_name.iso3]
    if not country.is_listed:
        complaints.add(
            "iso3" if code else "country_as_printed",
            _("%(country)s is not among the countries and territories listed here.") % {"country": country.name},
        )
        return None
    return country


def _did_you_mean(codes: tuple[str, ...], reference: Reference) -> str:
    known = [
        f"{code} ({reference.countries[code].name})" for code in dict.fromkeys(codes) if code in reference.countries
    ]
    return " " + _("Did you mean: %(countries)s?") % {"countries": ", ".join(known)} if known else ""


def read_answers(row: Row, identity: Identity, *, reference: Reference, complaints: Complaints) -> Answers | None:
    """Return what the row states, or None having complained of every cell that is wrong."""
    for column, text in row.cells.items():
        if len(text) > MAX_CELL_CHARACTERS:
            complaints.add(column, _("More than %(limit)d characters.") % {"limit": MAX_CELL_CHARACTERS})
    if complaints.errors:
        return None
    kind = DATA_SOURCES.get(row.cells["data_source"].casefold())
    if kind is None:
        complaints.add("data_source", _("Write survey (the country answered) or secondary (compiled from sources)."))
    areas = _labels("priority_areas_as_printed", row, reference.areas, complaints)
    modalities = _labels("modalities", row, reference.modalities, complaints)
    amount = _read_amount(row, complaints)
    try:
        places = read_places(
            row.stated("regions_countries_as_printed"),
            iso3=identity.country.iso3,
            edition=reference.edition,
            names=reference.names,
        )
    except PlaceError as error:
        complaints.add("regions_countries_as_printed", str(error))
        return None
    if complaints.errors or kind is None:
        return None
    return Answers(
        country=identity.country,
        agency=identity.agency,
        kind=kind,
        areas=areas,
        modalities=modalities,
        places=places,
        amount=amount,
        printed=dict(row.cells),
    )


def _labels(column: str, row: Row, labels: Labels[Item], complaints: Complaints) -> list[Item]:
    try:
        return labels.read_cell(row.stated(column))
    except LabelError as error:
        complaints.add(column, str(error))
        return []


def _read_amount(row: Row, complaints: Complaints) -> Amount | None:
    printed, number = row.stated("contribution_as_printed"), row.stated("contribution_usd")
    amount = value = None
    try:
        amount = parse_printed(printed) if printed else None
    except AmountError as error:
        complaints.add("contribution_as_printed", str(error))
        return None
    try:
        value = parse_number(number) if number else None
    except AmountError as error:
        complaints.add("contribution_usd", str(error))
        return None
    if (amount.value if amount else None) != value:
        complaints.add(
            "contribution_usd",
            _("Does not agree with the contribution as printed, which is %(amount)s.")
            % {"amount": amount.value if amount else _("not stated")},
        )
    if len(printed) > MAX_AMOUNT_CHARACTERS:
        complaints.add(
            "contribution_as_printed", _("More than %(limit)d characters.") % {"limit": MAX_AMOUNT_CHARACTERS}
        )
    return amount
