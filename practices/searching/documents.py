"""What a practice is found by: its words, and the codes of all that it is tied to."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import connections
from django.db.models import Exists, OuterRef

from directory.searching.lexicon import AGENCY, AREA, COUNTRY, MODALITY
from practices.models import Practice
from web.models import SearchDocument
from web.search.documents import ROWS_AT_ONCE, TEXT, TITLE, token_of_code, tokens_of_words, write_documents

PRACTICE = "practice"
"""The kind of its documents."""
_CODES = (
    ("areas", "priorityarea", AREA),
    ("modalities", "modality", MODALITY),
    ("countries", "country", COUNTRY),
    ("partners", "agency__code", AGENCY),
)


def write_documents_of(ids: Collection[int]) -> None:
    """Write anew what these practices are found by, in six queries; in the transaction of their change."""
    tokens: dict[int, set[str]] = {}
    rows = (
        Practice.objects.filter(pk__in=ids)
        .order_by()
        .values_list("pk", "title", "text", "results", "conditions", "english_text", "agency__code", "agency__country")
    )
    for pk, title, *texts, agency, country in rows:
        tokens[pk] = tokens_of_words(TITLE, title) | tokens_of_words(TEXT, "\n".join(texts))
        tokens[pk].add(token_of_code(AGENCY, agency))
        if country:
            tokens[pk].add(token_of_code(COUNTRY, country))
    for pk, found in _codes_of(ids).items():
        tokens[pk] |= found
    write_documents(PRACTICE, tokens)


def after_migrate(using: str, **kwargs: Any) -> None:
    """Write what is missing, as where rows of the table of documents were lost."""
    tables = set(connections[using].introspection.table_names())
    if {SearchDocument._meta.db_table, Practice._meta.db_table} <= tables:  # noqa: SLF001
        documents = SearchDocument.objects.filter(kind=PRACTICE, row=OuterRef("pk"))
        missing = Practice.objects.filter(~Exists(documents)).order_by("pk").values_list("pk", flat=True)
        while ids := list(missing[:ROWS_AT_ONCE]):
            write_documents_of(ids)


def _codes_of(ids: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for name, code, kind in _CODES:
        through = getattr(Practice, name).through
        for pk, value in through.objects.filter(practice__in=ids).order_by().values_list("practice", code):
            found[pk].add(token_of_code(kind, value))
    return found
