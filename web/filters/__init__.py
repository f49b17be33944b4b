"""Filters of lists, shared by pages, files and API: a value not exactly right is refused, never read as "all"."""

from web.filters.fields import LONGEST_SEARCH, DayField, ExactField, MomentField, ScoreField, SearchField
from web.filters.kinds import (
    CODE,
    PAIR,
    DayFilter,
    MomentFilter,
    NamesFilter,
    OfSeveral,
    ScoreFilter,
    SearchFilter,
    SeveralChoicesFilter,
    SeveralFilter,
    YesNoFilter,
    names_filter,
)
from web.filters.lists import ListFilterSet, query_of
from web.filters.refusing import refusal_of, refusals
from web.filters.several import CheckBoxes, Menu, OneOrSeveral, SeveralField

__all__ = [
    "CODE",
    "LONGEST_SEARCH",
    "PAIR",
    "CheckBoxes",
    "DayField",
    "DayFilter",
    "ExactField",
    "ListFilterSet",
    "Menu",
    "MomentField",
    "MomentFilter",
    "NamesFilter",
    "OfSeveral",
    "OneOrSeveral",
    "ScoreField",
    "ScoreFilter",
    "SearchField",
    "SearchFilter",
    "SeveralChoicesFilter",
    "SeveralField",
    "SeveralFilter",
    "YesNoFilter",
    "names_filter",
    "query_of",
    "refusal_of",
    "refusals",
]
