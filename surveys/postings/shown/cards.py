"""What lists of postings show of each: its card, read by few and narrow queries.

A list shows a dozen words of a posting, and the postings of a page share most of what they state. So areas, modalities
and targets are read as words, not as a row of their tables each, and a word is translated once a list.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.text import capfirst

from directory.models import Country, CountryGroup, Modality, PriorityArea
from surveys.choices import PostingStatus, Visibility
from surveys.models import Offer, Target
from surveys.models.postings.posting import Posting
from surveys.postings.shown.provenance import statement

MOST_AREAS, MOST_TARGETS = 5, 4
"""That a card names."""


@dataclass(frozen=True, slots=True)
class PostingCard:
    """One offer or need in a list; `who` is empty where the title says who posts."""

    posting: Posting
    address: str
    who: str
    areas: Sequence[str]
    more_areas: int
    modalities: str
    targets: Sequence[str]
    more_targets: int
    source: str
    is_confirmed: bool
    is_unusual: bool
    """Closed, or not shown to everyone: its state has to be said."""
    closes_on: dt.date | None
    """Of what is open."""
    why: Sequence[str] = ()
    """Why a search found it."""


class _Stated:
    """What postings state several of, in words, by their keys."""

    def __init__(self, postings: Sequence[Posting]) -> None:
        self.areas: dict[int, list[str]] = defaultdict(list)
        self.modalities: dict[int, list[str]] = defaultdict(list)
        self.targets: dict[int, list[str]] = defaultdict(list)
        if "areas" in getattr(postings[0], "_prefetched_objects_cache", ()):
            self._take_what_was_fetched(postings)
        else:
            self._read(type(postings[0]), [posting.pk for posting in postings])

    def _take_what_was_fetched(self, postings: Iterable[Any]) -> None:
        for posting in postings:
            self.areas[posting.pk] = [str(area) for area in posting.areas.all()]
            self.modalities[posting.pk] = [str(modality) for modality in posting.modalities.all()]
            if isinstance(posting, Offer):
                self.targets[posting.pk] = [str(target) for target in posting.targets.all()]

    def _read(self, model: type[Posting], keys: Sequence[int]) -> None:
        own_names = Country.name_column()
        found = (self.areas, self.modalities, self.targets)
        words = (cache(PriorityArea.translated), cache(Modality.translated), cache(CountryGroup.translated))
        statement, parts = _statement(model, own_names)
        holes = ", ".join(["%s"] * len(keys))
        with connection.cursor() as cursor:
            cursor.execute(statement.format(keys=holes), [*keys] * parts)
            for part, posting, label, country, as_printed, *_order in cursor.fetchall():
                found[part][posting].append(words[part](label) if label else country or as_printed)


@cache
def _statement(model: type[Posting], own_names: str) -> tuple[str, int]:
    """Return the statement that reads what postings state several of, and how many times it asks for their keys.

    One of Django's for each would take longer to compose than all of them take to answer. own_names: the column of
    the names of countries in the reader's language.
    """
    selects = [
        _select(0, model.areas.through, "priorityarea", model),
        _select(1, model.modalities.through, "modality", model),
    ]
    if model is Offer:
        target, country, group = (_table(one) for one in (Target, Country, CountryGroup))
        selects.append(
            f"SELECT 2, stated.offer_id, of_group.label, COALESCE(NULLIF(country.{own_names}, ''), country.name), "  # noqa: S608
            f"stated.as_printed, stated.position, CAST(NULL AS VARCHAR), stated.id FROM {target} stated "
            f"LEFT JOIN {country} country ON country.iso3 = stated.country_id "
            f"LEFT JOIN {group} of_group ON of_group.code = stated.group_id WHERE stated.offer_id IN ({{keys}})"
        )
    return f"{' UNION ALL '.join(selects)} ORDER BY 1, 6, 7, 8", len(selects)


def _select(part: int, through: Any, column: str, model: type[Posting]) -> str:
    """Return the part of the statement that reads the labels that one table of pairs leads to, in their order."""
    posting = f"stated.{model._meta.model_name}_id"  # noqa: SLF001 - Django documents it as public
    row = _table(through._meta.get_field(column).related_model)  # noqa: SLF001
    return (
        f"SELECT {part}, {posting}, named.label, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), named.position, "  # noqa: S608
        f"named.code, stated.id FROM {_table(through)} stated "
        f"INNER JOIN {row} named ON named.code = stated.{column}_id WHERE {posting} IN ({{keys}})"
    )


def _table(model: Any) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001


def cards_of(
    postings: Iterable[Any], *, kind: str, why: Callable[[Any], Sequence[str]] = lambda _posting: ()
) -> list[PostingCard]:
    """Return the cards of offers or needs that were read `for_cards`, or `for_lists`, in at most one query.

    kind: "offer" or "need", which all of them are. why: says why a search found one.
    """
    rows = list(postings)
    if not rows:
        return []
    stated = _Stated(rows)
    before, _number, after = reverse(f"surveys:{kind}", args=[1]).rpartition("1")
    return [_card(row, stated, address=f"{before}{row.pk}{after}", why=why(row)) for row in rows]


def _card(posting: Posting, stated: _Stated, *, address: str, why: Sequence[str]) -> PostingCard:
    who, is_closed = posting.party, posting.is_closed
    areas, targets = stated.areas[posting.pk], stated.targets[posting.pk]
    return PostingCard(
        posting=posting,
        address=address,
        who="" if posting.title_begins_with(who) else who,
        areas=areas[:MOST_AREAS],
        more_areas=max(0, len(areas) - MOST_AREAS),
        modalities=" · ".join(posting.with_any_modality(stated.modalities[posting.pk])),
        targets=targets[:MOST_TARGETS],
        more_targets=max(0, len(targets) - MOST_TARGETS),
        source=capfirst(statement(posting)),
        is_confirmed=posting.is_confirmed,
        is_unusual=is_closed or posting.status != PostingStatus.PUBLISHED or posting.visibility != Visibility.PUBLIC,
        closes_on=None if is_closed else posting.closes_on,
        why=why,
    )
