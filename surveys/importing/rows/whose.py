"""Reads whose row it is: the country, the agency, and the key by which the row is the same in a later file."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from directory.models import Agency, Country
from surveys.choices import Feeds
from surveys.importing.layout.columns import Column
from surveys.importing.layout.tools import ID, Tool
from surveys.importing.rows.cells import Cells, Identity, ImportReference
from surveys.reading.values import stated
from web.text import fold


class OwnerReader:
    """Knows the countries and agencies; `decisions`: by question, spellings and the codes they stand for."""

    def __init__(
        self,
        reference: ImportReference,
        tool: Tool,
        decisions: Mapping[str, Mapping[str, str]],
        *,
        has_agency_key: bool,
    ) -> None:
        self._reference, self._tool, self._decisions = reference, tool, decisions
        self._has_agency_key = has_agency_key
        questions = reference.asked.questions.values()
        self._country_question = next((one.code for one in questions if one.feeds == Feeds.COUNTRY), "")
        self._agency_question = next((one.code for one in questions if one.feeds == Feeds.AGENCY), "")

    def identity(self, cells: Cells) -> Identity | None:
        """Return whose row it is, or None having complained."""
        country = self._country(cells)
        if country is None:
            return None
        agency, is_known = self._agency(cells, country)
        tool_id = stated(cells.about(ID))
        if tool_id:
            return Identity(country, agency, f"id:{tool_id}"[:255])
        if not self._has_agency_key:
            return Identity(country, agency, country.iso3)
        if not is_known:
            column = cells.column(self._agency_question)
            own = self._reference.agencies.get(country.iso3, ())
            if column:
                cells.complain(
                    column,
                    _("Not an agency of %(country)s. Known are: %(known)s. Add it in the admin first.")
                    % {"country": country, "known": "; ".join(map(str, own)) or _("none")},
                )
            return None
        return Identity(country, agency, f"{country.iso3}/{agency.code}" if agency else country.iso3)

    def _agency(self, cells: Cells, country: Country) -> tuple[Agency | None, bool]:
        text = stated(cells.of(self._agency_question)) if self._agency_question else ""
        if not text:
            return None, True
        own = self._reference.agencies.get(country.iso3, ())
        wanted = fold(text)
        found = [agency for agency in own if wanted in (fold(agency.code), fold(agency.name), fold(agency.acronym))]
        return (found[0], True) if len(found) == 1 else (None, False)

    def _country(self, cells: Cells) -> Country | None:
        names, question = self._reference.names, self._country_question
        named, coded = cells.column(question), cells.column(question, "code")
        printed, code = stated(cells.of(question)), stated(cells.of(question, "code"))
        column = coded if code or named is None else named
        if column is None or not (code or printed):
            where = coded or named
            if where:
                cells.complain(where, _("Name the country: its ISO 3166-1 alpha-3 code, or its name."))
            return None
        decided = self._decided(printed)
        if decided and not code:
            return decided
        by_name = names.resolve(printed, codes=self._tool.gives_codes)
        if code:
            country = self._reference.countries.get(code.upper())
            if country is None:
                reading = names.resolve(code, codes=True)
                found = tuple(filter(None, (reading.iso3, by_name.iso3))) or reading.suggestions
                self._complain_of_country(cells, column, _("Not an ISO 3166-1 alpha-3 code."), found)
                return None
            if printed and named and country.iso3 not in (by_name.iso3, *by_name.suggestions):
                self._complain_of_country(
                    cells,
                    named,
                    _("Does not agree with the code %(code)s, which is %(country)s.")
                    % {"code": country.iso3, "country": country.name},
                    (by_name.iso3,) if by_name.iso3 else by_name.suggestions,
                )
                return None
        else:
            if by_name.iso3 is None:
                said = {
                    "ambiguous": _("The name of more than one country: write its code."),
                    "group": _("The name of a group, not of a country."),
                }.get(by_name.kind, _("Not known as a country: write its name or its code."))
                self._complain_of_country(cells, column, said, by_name.suggestions)
                return None
            country = self._reference.countries[by_name.iso3]
        if not country.is_listed:
            cells.complain(
                column,
                _("%(country)s is not among the countries and territories listed here.") % {"country": country.name},
            )
            return None
        return country

    def _decided(self, printed: str) -> Country | None:
        decisions = self._decisions.get(self._country_question, {})
        code = next((code for spelling, code in decisions.items() if fold(spelling) == fold(printed)), "")
        return self._reference.countries.get(code) if printed else None

    def _complain_of_country(self, cells: Cells, column: Column, message: str, codes: Iterable[str | None]) -> None:
        known = [code for code in dict.fromkeys(codes) if code and code in self._reference.countries]
        if known:
            names = ", ".join(f"{code} ({self._reference.countries[code].name})" for code in known)
            message += " " + _("Did you mean: %(countries)s?") % {"countries": names}
        cells.complain(column, message, question=self._country_question, choices=tuple(known), entry=cells.text(column))
