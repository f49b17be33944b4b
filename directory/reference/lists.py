"""The reference lists, in the order in which they are loaded: a list comes after those that it names."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from directory.choices import AreaUse
from directory.models import (
    Agency,
    AgencyFact,
    Country,
    CountryAlias,
    CountryGroup,
    GroupMembership,
    Modality,
    PriorityArea,
)
from directory.models.reference_data.base import Reference
from directory.reference import checks
from directory.reference.cells import options
from directory.reference.problems import FileProblem
from directory.reference.rows import FileRow

Check = Callable[[str, list[FileRow]], Iterator[FileProblem]]


@dataclass(frozen=True)
class ReferenceList:
    """A file, the model that it fills, and what tells its rows apart.

    The columns of the file are the names of the model's fields; `renamed` maps the columns that are not.
    `computed` fields are worked out from the whole file by `compute`, which writes them into the rows' values.
    """

    file: str
    model: type[Reference]
    key: tuple[str, ...]
    columns: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    computed: tuple[str, ...] = ()
    compute: Callable[[list[FileRow]], None] | None = None
    checks: tuple[Check, ...] = ()
    is_optional: bool = False
    is_scored: Callable[[Mapping[str, Any]], bool] | None = None
    """Whether a row with these values scores, of a list of which no more than `MOST_SCORED` can."""

    def field_of(self, column: str) -> models.Field[Any, Any]:
        """Return the model field that a column of the file fills."""
        found = options(self.model).get_field(self.renamed.get(column, column))
        assert isinstance(found, models.Field)
        return found

    @property
    def stored(self) -> models.QuerySet[Any]:
        """Every row in the database, disabled ones included."""
        return self.model._default_manager.all()  # noqa: SLF001

    @property
    def fields(self) -> list[models.Field[Any, Any]]:
        """Every field that a load writes, `is_active` included."""
        return [self.field_of(column) for column in (*self.columns, *self.computed, "is_active")]

    def key_of(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what tells a row apart, as text."""
        return tuple("" if values[name] is None else str(values[name]) for name in self.key)


LISTS: tuple[ReferenceList, ...] = (
    ReferenceList(
        file="countries.csv",
        model=Country,
        key=("iso3",),
        columns=(
            "iso3", "iso2", "m49", "name", "name_formal", "name_fr", "name_es", "name_ru", "name_zh", "name_ar",
            "is_listed", "un_status", "escap_status", "income_group", "oecd_dac_code", "source", "note",
        ),
        computed=("position",),
        compute=checks.number_alphabetically,
        checks=(checks.codes_of_countries,),
    ),
    ReferenceList(
        file="country_aliases.csv",
        model=CountryAlias,
        key=("text", "country"),
        columns=("text", "iso3", "source", "note"),
        renamed={"iso3": "country"},
        is_optional=True,
    ),
    ReferenceList(
        file="groups.csv",
        model=CountryGroup,
        key=("code",),
        columns=(
            "code", "label", "level", "authority", "expected_count", "aliases", "is_heading", "is_made_anew", "parts",
            "position", "source", "note",
        ),
        checks=(checks.parts_are_not_derived,),
    ),
    ReferenceList(
        file="group_memberships.csv",
        model=GroupMembership,
        key=("group", "country", "valid_from"),
        columns=(
            "group", "country", "valid_from", "valid_to", "date_precision", "status", "resolution", "public_note",
            "source", "note",
        ),
        checks=(checks.memberships_end_after_they_begin, checks.memberships_do_not_overlap),
    ),
    ReferenceList(
        file="areas.csv",
        model=PriorityArea,
        key=("code",),
        columns=(
            "code", "label", "parent", "use", "aliases", "sdg_goals", "dac_sectors", "dac_purposes", "position",
            "listed_from", "source", "note",
        ),
        is_scored=lambda values: values["use"] == AreaUse.AREA,
    ),
    ReferenceList(
        file="modalities.csv",
        model=Modality,
        key=("code",),
        columns=("code", "label", "aliases", "aid_types", "position", "source", "note"),
        is_scored=lambda _values: True,
    ),
    ReferenceList(
        file="agencies.csv",
        model=Agency,
        key=("code",),
        columns=(
            "code", "name", "acronym", "kind", "country", "founded", "parent_body", "role", "description", "website",
            "source", "note",
        ),
    ),
    ReferenceList(
        file="agency_facts.csv",
        model=AgencyFact,
        key=("agency", "label"),
        columns=("agency", "label", "text", "as_of", "position", "source", "note"),
    ),
)  # fmt: skip
