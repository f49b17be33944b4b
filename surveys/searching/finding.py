"""Finds offers and needs by what was typed: the one function of the pages, the API, the desk and the search over all.

Every term has to be found, in one of these ways, which also put the found in their order: it names what the posting
states or stands in its title; it stands in its text or in the name of what it states; the posting is open to the
country named, or of a country of the group named; a word begins with it. For example "disaster risk reduction
Cambodia" finds what Cambodia offers or seeks in that area, and every offer of it that is open to Cambodia.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_, or_
from typing import Any, TypeVar

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils.functional import cached_property

from directory.searching.lexicon import AGENCY, AREA, COUNTRY, GROUP, MODALITY, Meaning
from directory.searching.reading import SHORTEST_BEGINNING, Query, SearchTerm, read_query
from surveys.choices import Side
from surveys.models import Offer
from surveys.models.postings.posting import Posting
from surveys.postings.shown.reach import ReachTable
from surveys.searching.documents import PLACE, PLACE_GROUP
from web.calendar.days import today
from web.search.documents import TEXT, TITLE, WRITTEN, rows_found, token_of_code
from web.search.wanted import Token, Wanted, all_of, any_of

Row = TypeVar("Row", bound=Posting)

NAMED, WHOLE, REACHED, BEGUN, NOT_FOUND = 8, 4, 2, 1, -8
"""How much a way of being found counts in the order."""
MOST_GROUPS = 3
"""More groups than these that share a word ("Asia") are not taken for what was meant."""
_TOKENS_OF = {
    COUNTRY: (COUNTRY, PLACE),
    GROUP: (PLACE_GROUP,),
    AREA: (AREA,),
    MODALITY: (MODALITY,),
    AGENCY: (AGENCY,),
}


def postings_found(
    postings: "QuerySet[Row, Row]", text: str, *, side: str, by_reach: bool = True
) -> "QuerySet[Row, Row]":
    """Return those of the postings that a text typed into a search finds, all of its terms in each."""
    return postings.filter(PostingSearch(read_query(text), by_reach=by_reach).condition(side=side))


class DocumentSearch:
    """Finds rows that have a document by a query: what ways all kinds of them have in common.

    by_reach: whether the name of a country or group also finds what is open to it, or of a country of it. A visitor
    asks who could help; who looks for a posting knows whose it is. `side` is the kind of the documents.
    """

    def __init__(self, query: Query, *, by_reach: bool = True) -> None:
        self.query = query
        self.by_reach = by_reach

    @cached_property
    def reach(self) -> ReachTable:
        """Whom offers reach today, read once for all terms."""
        return ReachTable.on_day(today())

    def condition(self, *, side: str) -> Q:
        """Return the condition that all terms find a row of a side; none does where there is no term."""
        found = [_any_way(self._ways(term, side=side)) for term in self.query.terms]
        return reduce(and_, found) if found else Q(pk__in=[])

    def term_condition(self, term: SearchTerm, *, side: str, path: str) -> Q:
        """Return the condition that one term finds the row that `path` leads to, such as "need__"."""
        return _any_way(self._ways(term, side=side, path=path))

    def ranked(self, *, side: str, any_term: bool = False) -> tuple[Any, Q]:
        """Return how much a row counts for being found, and the condition that it is; any_term: one term is enough."""
        points: Any = Value(0)
        conditions = []
        for term in self.query.terms:
            ways = self._ways(term, side=side)
            cases = [When(condition, then=Value(count)) for count, condition in ways]
            points = points + Case(*cases, default=Value(NOT_FOUND if any_term else 0), output_field=IntegerField())
            conditions.append(_any_way(ways))
        return points, reduce(or_ if any_term else and_, conditions) if conditions else Q(pk__in=[])

    def groups_named(self, term: SearchTerm) -> list[str]:
        """Return the codes of the groups that a term names; where it names nothing, of those with its words in a name.

        "Landlocked" means the group; "Cambodia", which stands in the name of CLMV, means Cambodia.
        """
        known = self.query.lexicon.groups_to_filter_by
        if term.meanings:
            return sorted(known.intersection(term.codes(GROUP)))
        by_words = known.intersection(meaning.code for meaning in self._by_stem(term) if meaning.kind == GROUP)
        return sorted(by_words) if len(by_words) <= MOST_GROUPS else []

    def _ways(self, term: SearchTerm, *, side: str, path: str = "") -> list[tuple[int, Q]]:
        """Return the ways in which a row can be found by a term, the best first, each with what it counts."""
        ways = [
            (NAMED, self._holds(self._named(term), side=side, path=path)),
            (WHOLE, self._holds(self._whole(term), side=side, path=path)),
        ]
        if self.by_reach:
            ways += [(REACHED, condition) for condition in self._reached(term, side=side, path=path)]
        if all(len(word) >= SHORTEST_BEGINNING or not word.isascii() for word in term.words):
            ways.append((BEGUN, self._holds(self._begun(term), side=side, path=path)))
        return ways

    def _holds(self, wanted: Wanted | None, *, side: str, path: str) -> Q:
        return Q((f"{path}pk__in", rows_found(side, wanted))) if wanted else Q(pk__in=[])

    def _named(self, term: SearchTerm) -> Wanted | None:
        """Return what names it: the code of what its words name as a whole, or all of them in the title."""
        in_title = all_of(Token(f"{TITLE}:{stem}") for stem in term.stems)
        return any_of([*_tokens(term.meanings), in_title])

    def _whole(self, term: SearchTerm) -> Wanted | None:
        """Return its words, each as a whole: in what the row says, or in the name of something that it states."""
        words = [any_of((Token(f"{TITLE}:{stem}"), Token(f"{TEXT}:{stem}"))) for stem in term.stems]
        anywhere = all_of(words)
        return any_of([*_tokens(self._by_stem(term)), anywhere])

    def _begun(self, term: SearchTerm) -> Wanted | None:
        """Return its words, each as the beginning of one."""
        words = [
            any_of(Token(f"{WRITTEN}{place}:{word}", begins=True) for place in (TITLE, TEXT)) for word in term.words
        ]
        anywhere = all_of(words)
        lexicon = self.query.lexicon
        by_beginning = frozenset.intersection(*(lexicon.begun(word) for word in term.words))
        return any_of([*_tokens(sorted(by_beginning)), anywhere])

    def _by_stem(self, term: SearchTerm) -> list[Meaning]:
        stems = self.query.lexicon.stems
        return sorted(frozenset.intersection(*(stems.get(stem, frozenset()) for stem in term.stems)))

    def _reached(self, term: SearchTerm, *, side: str, path: str) -> Iterator[Q]:
        """Yield what else the name of a country or a group finds: of a kind of rows without such ways, nothing."""
        return iter(())


class PostingSearch(DocumentSearch):
    """Finds offers and needs by a query."""

    def best_first(self, postings: "QuerySet[Row, Row]", *, side: str, any_term: bool = False) -> "QuerySet[Row, Row]":
        """Return the postings that are found: confirmed ones before others, the best found first, then the newest.

        any_term: also those that not all terms find, behind those that more of them do.
        """
        points, found = self.ranked(side=side, any_term=any_term)
        vouched_for = Case(When(confirmed_on__isnull=False, then=Value(1)), default=Value(0))
        first = ("-points", "-vouched_for") if any_term else ("-vouched_for", "-points")
        newest = (F("confirmed_on").desc(nulls_last=True), F("stated_on").desc(nulls_last=True), "pk")
        return postings.filter(found).annotate(points=points, vouched_for=vouched_for).order_by(*first, *newest)

    def _reached(self, term: SearchTerm, *, side: str, path: str) -> Iterator[Q]:
        """Yield that an offer is open to a country named, and that a posting is of a country of a group named."""
        if side == Side.OFFER:
            for iso3 in term.codes(COUNTRY):
                reaching = Offer.objects.filter(self.reach.offers_reaching(iso3)).order_by()
                yield Q((f"{path}pk__in", reaching.values("pk")))
        for code in self.groups_named(term):
            members = list(self.reach.members.get(code, ()))
            yield Q((f"{path}country__in", members)) | Q(
                (f"{path}country__isnull", True), (f"{path}agency__country__in", members)
            )


def _any_way(ways: list[tuple[int, Q]]) -> Q:
    return reduce(or_, (condition for _points, condition in ways))


def _tokens(meanings: Iterable[Meaning]) -> Iterator[Token]:
    for meaning in meanings:
        for kind in _TOKENS_OF[meaning.kind]:
            yield Token(token_of_code(kind, meaning.code))
