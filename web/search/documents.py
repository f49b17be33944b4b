"""Keeps the documents of rows, and finds rows by them: the one function that searches ask, on both databases."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet

from web.models import SearchDocument
from web.search.index import BY_MATCH, BY_VECTOR
from web.search.wanted import Wanted
from web.search.words import stem_of, words_in

TITLE, TEXT = "title", "text"
WRITTEN = "as"
"""Leads what stands as it is written, where a stem stands without it: `title:statist`, `astitle:statistics`."""
ROWS_AT_ONCE = 500


def tokens_of_words(field: str, text: str) -> set[str]:
    """Return the tokens of a text that stands in a field: each word by its stem, and as it is written."""
    words = set(words_in(text))
    return {f"{field}:{stem_of(word)}" for word in words} | {f"{WRITTEN}{field}:{word}" for word in words}


def token_of_code(kind: str, code: object) -> str:
    """Return the token of a code, such as `area:energy`: found by that code alone."""
    return f"{kind}:{str(code).casefold()}"


def write_documents(kind: str, documents: Mapping[int, Iterable[str]]) -> None:
    """Write what rows of a kind are found by, in place of what they were; in the transaction of their change."""
    SearchDocument.objects.bulk_create(
        [SearchDocument(kind=kind, row=row, tokens=" ".join(sorted(tokens))) for row, tokens in documents.items()],
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["kind", "row"],
        update_fields=["tokens"],
    )


def rows_found(kind: str, wanted: Wanted) -> "QuerySet[SearchDocument, Any]":
    """Return the rows of a kind whose documents hold what is wanted, as a subquery."""
    return SearchDocument.objects.filter(_Holds(wanted), kind=kind).order_by().values("row")


class _Holds(Func):
    """The condition that a document holds what is wanted, by the index of the database."""

    output_field = BooleanField()

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(F("pk"))
        self.wanted = wanted

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        """Ask full text."""
        pk, parameters = compiler.compile(self.source_expressions[0])
        return f"{pk} IN ({BY_VECTOR})", [*parameters, self.wanted.for_postgresql()]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        """Ask FTS5."""
        pk, parameters = compiler.compile(self.source_expressions[0])
        return f"{pk} IN ({BY_MATCH})", [*parameters, self.wanted.for_sqlite()]
