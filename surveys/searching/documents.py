"""What a posting is found by: its words, and the codes of all that it states.

Codes and not labels: an area that is renamed, or gets another spelling, is found by it at once. Written by the one door
of changes, within the transaction of the change.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connections
from django.db.models import Exists, OuterRef

from directory.searching.lexicon import AGENCY, AREA, COUNTRY, MODALITY
from surveys.choices import Side
from surveys.models import Need, Offer, PreferredPartner, Target
from surveys.models.postings.posting import Posting
from web.models import SearchDocument
from web.search.documents import ROWS_AT_ONCE, TEXT, TITLE, token_of_code, tokens_of_words, write_documents

PLACE, PLACE_GROUP = "place", "placegroup"
"""A country or a group that a posting names: an offer as whom it is for, a need as whom it prefers."""


def kind_of(model: type[Posting]) -> str:
    """Return the kind of the documents of offers or of needs."""
    return Side.OFFER if model is Offer else Side.NEED


def on_postings_changed(sender: type[Offer] | type[Need], ids: Collection[int], **kwargs: Any) -> None:
    """Write anew what these postings are found by."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        _write(sender, wanted[start : start + ROWS_AT_ONCE])


def after_migrate(using: str, **kwargs: Any) -> None:
    """Write what an older release did not: the documents of the postings that were there before they were kept."""
    tables = set(connections[using].introspection.table_names())
    if {SearchDocument._meta.db_table, Offer._meta.db_table, Need._meta.db_table} <= tables:  # noqa: SLF001
        write_missing_documents()


def write_missing_documents() -> int:
    """Write the documents of postings that have none, as after an upgrade; return how many there were."""
    written = 0
    for model in (Offer, Need):
        documents = SearchDocument.objects.filter(kind=kind_of(model), row=OuterRef("pk"))
        missing = model.objects.filter(~Exists(documents)).order_by("pk").values_list("pk", flat=True)
        while ids := list(missing[:ROWS_AT_ONCE]):
            _write(model, ids)
            written += len(ids)
    return written


def _write(model: type[Offer] | type[Need], ids: list[int]) -> None:
    """Write the documents of some postings, in five queries."""
    tokens: dict[int, set[str]] = {}
    rows = model.objects.filter(pk__in=ids).order_by()
    for pk, title, text, english, country, agency, of_agency in rows.values_list(
        "pk", "title", "text", "english_text", "country", "agency__code", "agency__country"
    ):
        own = tokens_of_words(TITLE, title) | tokens_of_words(TEXT, f"{text}\n{english}")
        codes = ((COUNTRY, country or of_agency), (AGENCY, agency))
        tokens[pk] = own | {token_of_code(kind, code) for kind, code in codes if code}
    for pk, found in _codes_stated(model, ids).items():
        if pk in tokens:
            tokens[pk] |= found
    write_documents(kind_of(model), tokens)


def _codes_stated(model: type[Offer] | type[Need], ids: Iterable[int]) -> dict[int, set[str]]:
    """Return the tokens of the areas, modalities and places of postings, and the words of places as printed."""
    found: dict[int, set[str]] = defaultdict(set)
    side = kind_of(model)
    for through, target, kind in (
        (model.areas.through, "priorityarea", AREA),
        (model.modalities.through, "modality", MODALITY),
    ):
        for pk, code in through.objects.filter(**{f"{side}__in": ids}).values_list(side, target):
            found[pk].add(token_of_code(kind, code))
    places: Any = Target if model is Offer else PreferredPartner
    for pk, country, group, printed in places.objects.filter(**{f"{side}__in": ids}).values_list(
        side, "country", "group", "as_printed"
    ):
        if country:
            found[pk].add(token_of_code(PLACE, country))
        if group:
            found[pk].add(token_of_code(PLACE_GROUP, group))
        found[pk] |= tokens_of_words(TEXT, printed)
    return found
