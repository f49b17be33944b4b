"""The endpoints by which an agency's own system sends in its offers and needs."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from directory.access import Action, KeyReader, scope_of
from directory.api.readership import Readership, readership_of
from surveys.api.writing import steps
from surveys.api.writing.batch import Written, read_batch, write_batch
from surveys.api.writing.sender import MayWrite, Sender, sender_of
from surveys.postings.deciding.versions import AT_HAND, version_at_hand
from surveys.postings.shown.editing import ShownPosting
from web.api.files.blocks import Belongings
from web.api.views import refuse_other_parameters
from web.api.writing.conditions import versions_asked
from web.api.writing.idempotency import answer_once
from web.api.writing.views import WritingMixin, written_answer
from web.converters import row_number


class PostingWritingMixin(WritingMixin):
    """Creates, changes and withdraws postings of the key's agency; `kind` is "offer" or "need"."""

    WRITES: ClassVar[frozenset[str]] = frozenset({"create", "partial_update", "withdraw", "batch"})

    kind: ClassVar[str]

    def get_permissions(self) -> Any:
        """Ask who may write where something is written; reading is asked by `visible_to`."""
        return [MayWrite()] if getattr(self, "action", None) in self.WRITES else super().get_permissions()

    def with_own(self, rows: Any) -> Any:
        """Return the rows with what a key that writes reads of its own beside them."""
        return rows.prefetch_related(AT_HAND) if self._is_for_a_writer() else rows

    def get_belongings(self) -> Belongings | None:
        """Return what a stream fetches along with the rows, for a key that writes with what it reads of its own."""
        view: Any = super()
        found: Belongings = view.get_belongings()
        if not self._is_for_a_writer():
            return found
        return replace(found, owned={**found.owned, "proposed_versions": Belongings()})

    def _is_for_a_writer(self) -> bool:
        return readership_of(self.request.user) == Readership.WRITER

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one; to a key that may change it, with the tag to change it by."""
        view: Any = self
        posting = view.get_object()
        response = Response(view.get_serializer(posting).data)
        if isinstance(request.user, KeyReader) and posting.is_within(scope_of(request.user, Action.POST)):
            response.version = ShownPosting(posting).version()  # type: ignore[attr-defined]
        return response

    def create(self, request: Request) -> HttpResponse:
        """Create one, of the key's own agency."""
        sender = self._sender()

        def answer() -> HttpResponse:
            made = steps.create(kind=self.kind, sender=sender, body=request.data)
            return self._shown(made.pk, status=HTTPStatus.CREATED)

        return answer_once(request, holder=sender.holder, answer=answer)

    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        """Change what is named of one that is as it was read."""
        return self._step(steps.change, pk)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> HttpResponse:
        """Withdraw one that is as it was read; it stays in the records, and can be published again."""
        return self._step(steps.withdraw, pk)

    @action(detail=False, methods=["post"])
    def batch(self, request: Request) -> HttpResponse:
        """Create and change up to a hundred, each by itself."""
        sender = self._sender()
        items, all_or_nothing = read_batch(self.kind, request.data)
        self.spend(len(items) - 1)

        def answer() -> HttpResponse:
            results = write_batch(kind=self.kind, sender=sender, items=items, all_or_nothing=all_or_nothing)
            return written_answer({"results": self._results(results)}, status=HTTPStatus.OK)

        return answer_once(request, holder=sender.holder, answer=answer)

    def _sender(self) -> Sender:
        refuse_other_parameters(self.request)
        sender = sender_of(self.request.user)
        # Who listens to a change and writes a history of its own signs it by the request: the key is no person.
        self.request._request.user = sender.person  # noqa: SLF001 - it has no other name
        return sender

    def _step(self, step: Callable[..., Any], pk: str) -> HttpResponse:
        sender, request = self._sender(), self.request

        def answer() -> HttpResponse:
            done = step(
                kind=self.kind,
                sender=sender,
                pk=row_number(pk) or 0,
                body=request.data,
                versions=lambda: versions_asked(request),
            )
            return self._shown(done.pk, status=HTTPStatus.OK)

        return answer_once(request, holder=sender.holder, answer=answer)

    def _shown(self, pk: int, *, status: int) -> HttpResponse:
        """Return a posting as reading it would give it now."""
        view: Any = self
        posting = view.get_queryset().get(pk=pk)
        return written_answer(
            view.get_serializer(posting).data,
            status=status,
            version=ShownPosting(posting).version(),
            address=self._address(pk) if status == HTTPStatus.CREATED else "",
        )

    def _results(self, results: list[Written]) -> list[dict[str, Any]]:
        """Return what became of each item, in their order, as the answer says it; in a fixed number of queries."""
        view: Any = self
        written = [result.pk for result in results if result.pk is not None]
        rows = view.get_queryset().in_bulk(written) if written else {}
        said = []
        for number, result in enumerate(results):
            if result.pk is None:
                said.append({"index": number, **(result.problem or {})})
                continue
            row = rows[result.pk]
            said.append(
                {
                    "index": number,
                    "status": result.status,
                    "id": row.pk,
                    "reference": row.reference,
                    "posting_status": row.status,
                    "proposed_state": version.state if (version := version_at_hand(row)) else None,
                    "url": self._address(row.pk),
                    "etag": f'"{ShownPosting(row).version()}"',
                }
            )
        return said

    def _address(self, pk: int) -> str:
        name = f"api-{self.kind}s-detail"
        return self.request.build_absolute_uri(reverse(name, args=[pk]))
