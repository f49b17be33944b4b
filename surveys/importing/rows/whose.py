"""Reads whose row it is: the country, the agency, and the key by which the row is the same in a later file."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from directory.models import Agency, Country
from surveys.choices import Feeds
from surveys.importing.layout.column import Column
from surveys.importing.layout.tools import ID, Tool
from surveys.importing.rows.cells import Cells, Identity, ImportReference
from surveys.reading.cells import MergedCells
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
        merged: Sequence[MergedCells] = (),
    ) -> None:
        self._merged = merged
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
        question = self._country_question
        named, coded = cells.column(question), cells.column(question, "code")
        code, printed = stated(cells.of(question, "code")), stated(cells.of(question))
        if coded and (code or self._decided(cells.of(question, "code"))):
            column, country = coded, self._by_code(cells, coded, cells.of(question, "code"), printed)
        elif named and (printed or self._decided(cells.of(question))):
            column, country = named, self._by_name(cells, named, cells.of(question))
        else:
            self._complain_of_nothing(cells, [one for one in (coded, named) if one])
            return None
        if country and not country.is_listed:
            cells.complain(
                column,
                _("%(country)s is not among the countries and territories listed here.") % {"country": country.name},
            )
            return None
        return country

    def _by_code(self, cells: Cells, column: Column, code: str, printed: str) -> Country | None:
        names, named = self._reference.names, cells.column(self._country_question)
        by_name = names.resolve(printed, codes=self._tool.gives_codes)
        country = self._reference.countries.get(code.upper()) or self._decided(code)
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
        return country

    def _by_name(self, cells: Cells, column: Column, printed: str) -> Country | None:
        if decided := self._decided(printed):
            return decided
        read = self._reference.names.resolve(printed, codes=self._tool.gives_codes)
        if read.iso3 is not None:
            return self._reference.countries[read.iso3]
        said = {"group": _("The name of a group, not of a country.")}.get(
            read.kind, _("Not known as a country: write its name or its code.")
        )
        if read.kind == "ambiguous" and len(read.suggestions) != 1:
            said = _("The name of more than one country: write its code.")
        self._complain_of_country(cells, column, said, (self._of_code(printed), *read.suggestions))
        return None

    def _of_code(self, text: str) -> str | None:
        """Return the country whose ISO or M49 code a text is: to suggest, where the column is not one of codes."""
        return self._reference.names.resolve(text.strip(), codes=True).iso3

    def _complain_of_nothing(self, cells: Cells, columns: Sequence[Column]) -> None:
        """Say that the row names no country; where its cell is merged with another one, that this is why."""
        for column in columns:
            if merged := cells.merged_with(column, self._merged):
                cells.complain(
                    column,
                    _("This cell is merged with others (%(cells)s), and the text stands in %(first)s alone: unmerge "
                      "them, and name the country in each row.")
                    % {"cells": merged, "first": merged.first},
                )  # fmt: skip
                return
        for column in columns[:1]:
            # "NA" says that nothing is stated, and is Namibia's code.
            codes = [self._of_code(cells.text(one)) for one in columns]
            said = _("Name the country: its ISO 3166-1 alpha-3 code, or its name.")
            at = next((one for one, code in zip(columns, codes, strict=True) if code), column)
            self._complain_of_country(cells, at, said, codes)

    def _decided(self, printed: str) -> Country | None:
        decisions = self._decisions.get(self._country_question, {})
        code = next((code for spelling, code in decisions.items() if fold(spelling) == fold(printed)), "")
        return self._reference.countries.get(code) if printed.strip() else None

    def _complain_of_country(self, cells: Cells, column: Column, message: str, codes: Iterable[str | None]) -> None:
        known = [code for code in dict.fromkeys(codes) if code and code in self._reference.countries]
        if known:
            names = ", ".join(f"{code} ({self._reference.countries[code].name})" for code in known)
            message += " " + _("Did you mean: %(countries)s?") % {"countries": names}
        cells.complain(column, message, question=self._country_question, choices=tuple(known), entry=cells.text(column))
