"""Many offers or needs in one request, with a result for each: what is wrong with one is no fault of the others."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError

from surveys.api.writing.sender import Sender
from surveys.api.writing.sent import SentBatchSerializer, SentNeedsSerializer, SentOffersSerializer
from surveys.api.writing.steps import change, create, own_rows
from web.api.problems import problem_body
from web.api.writing.bodies import BadBody
from web.api.writing.conditions import PreconditionRequired, versions_of_text
from web.api.writing.fields import by_name
from web.converters import row_number

BATCHES: Mapping[str, type[SentBatchSerializer]] = {"offer": SentOffersSerializer, "need": SentNeedsSerializer}
CREATED, CHANGED = 201, 200
NOT_FOUND = 404


class Written:
    """What became of an item: a posting by its number, or a problem."""

    def __init__(self, status: int, *, pk: int | None = None, problem: dict[str, Any] | None = None) -> None:
        self.status, self.pk, self.problem = status, pk, problem


def read_batch(kind: str, body: Any) -> tuple[list[Any], bool]:
    """Return the items, and whether it is all of them or none. Raises BadBody."""
    serializer = BATCHES[kind](data=body)
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as error:
        raise BadBody(by_name(error.detail)) from None
    return serializer.validated_data["items"], serializer.validated_data.get("all_or_nothing", False)


@transaction.atomic
def write_batch(*, kind: str, sender: Sender, items: list[Any], all_or_nothing: bool) -> list[Written]:
    """Create and change these, each by itself; return what became of each, in their order.

    all_or_nothing: raises BadBody with what is wrong with each item, and nothing is written, where one is refused.
    """
    _hold(kind, sender, items)
    results = [_write(kind, sender, item) for item in items]
    if all_or_nothing:
        wrong = _wrong(results)
        if wrong:
            raise BadBody(wrong)
    return results


def _hold(kind: str, sender: Sender, items: Collection[Any]) -> None:
    """Hold what is to be changed in one order, so that two batches at once do not wait for each other."""
    ids = {_id_of(item) for item in items if isinstance(item, Mapping)} - {None}
    rows = own_rows(kind, sender).filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _write(kind: str, sender: Sender, item: Any) -> Written:
    is_change = isinstance(item, Mapping) and "id" in item
    try:
        with transaction.atomic():
            posting = _change(kind, sender, item) if is_change else create(kind=kind, sender=sender, body=item)
    except Http404:
        return Written(NOT_FOUND, problem=problem_body(NOT_FOUND, _("There is nothing here that you may see.")))
    except APIException as error:
        errors = getattr(error, "errors", None)
        return Written(error.status_code, problem=problem_body(error.status_code, str(error.detail), errors))
    return Written(CHANGED if is_change else CREATED, pk=posting.pk)


def _change(kind: str, sender: Sender, item: Mapping[str, Any]) -> Any:
    pk, version = _id_of(item), item.get("version")
    if pk is None:
        raise BadBody({"id": [_("Give the number of the posting to change, or leave it out.")]})
    if version is not None and not isinstance(version, str):
        raise BadBody({"version": [_("Give it as the row gave it.")]})

    def versions() -> Collection[str]:
        if not version:
            raise PreconditionRequired
        return versions_of_text(version)

    body = {name: value for name, value in item.items() if name not in ("id", "version")}
    return change(kind=kind, sender=sender, pk=pk, body=body, versions=versions)


def _id_of(item: Mapping[str, Any]) -> int | None:
    number = item.get("id")
    return row_number(str(number)) if isinstance(number, int) and not isinstance(number, bool) else None


def _wrong(results: list[Written]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number, result in enumerate(results):
        if result.problem is not None:
            errors = result.problem.get("errors") or {"": [result.problem["detail"]]}
            for name, messages in errors.items():
                found[f"items.{number}.{name}".rstrip(".")] = messages
    return found
