"""The tables whose rows the lists of the API show, or are shown by: each write to one of them leaves a mark."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from directory.models import Agency, AgencyFact, Country, CountryGroup, Modality, PriorityArea
from matching.models import Match, MatchSide, Outcome, ScoringProfile
from practices.models import Practice
from surveys.models import CountryWindow, Need, Offer, PreferredPartner, Response, Survey, Target


@dataclass(frozen=True)
class Watched:
    """One table: what a row of it is part of, and the column that says of which."""

    table: str
    what: str
    column: str
    is_key: bool
    """Whether the column is the primary key, which no update changes."""


def _rows(what: str, model: type[Model]) -> Watched:
    key: Any = model._meta.pk
    return Watched(model._meta.db_table, what, key.column, is_key=True)


def _parts(what: str, model: type[Model], field: str) -> Watched:
    column: Any = model._meta.get_field(field)
    return Watched(model._meta.db_table, what, column.column, is_key=False)


def _links(what: str, model: type[Model], *fields: str) -> tuple[Watched, ...]:
    """Return the tables of many-to-many fields."""
    found: list[Any] = [model._meta.get_field(field) for field in fields]
    return tuple(Watched(one.m2m_db_table(), what, one.m2m_column_name(), is_key=False) for one in found)


def watched() -> tuple[Watched, ...]:
    """Return all tables that are watched."""
    return (
        _rows("country", Country),
        _rows("group", CountryGroup),
        *_links("group", CountryGroup, "parts"),
        _rows("area", PriorityArea),
        _rows("modality", Modality),
        _rows("agency", Agency),
        _parts("agency", AgencyFact, "agency"),
        _rows("survey", Survey),
        _rows("response", Response),
        _rows("window", CountryWindow),
        _rows("offer", Offer),
        *_links("offer", Offer, "areas", "modalities"),
        _parts("offer", Target, "offer"),
        _rows("need", Need),
        *_links("need", Need, "areas", "modalities"),
        _parts("need", PreferredPartner, "need"),
        _rows("profile", ScoringProfile),
        _rows("match", Match),
        _parts("match", MatchSide, "match"),
        _parts("match", Outcome, "match"),
        _rows("practice", Practice),
        *_links("practice", Practice, "areas", "modalities", "countries", "partners"),
    )
