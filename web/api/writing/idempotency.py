"""A request that may be sent again: with the same `Idempotency-Key` it is done once, and answered the same.

1. The row of the key is made, in a transaction of its own, with a fingerprint of the request.
2. In the transaction of the work the row is held. Who finds it held by another is told that it is in flight (409).
3. Another request under the same key is refused (422); one that was answered is answered again, byte by byte.
4. Else the work is done, and its answer is written into the row: both stand, or neither.

So whoever dies at work leaves a row that nobody holds, and the next one to send the request takes it over at once. What
is refused leaves no row: it can be put right and sent under the same key. On SQLite, which lets one write at a time,
the second waits for the first and has its answer.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from http import HTTPStatus

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request

from web.models import KeptAnswer

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
WAIT_SECONDS = 1
KEPT_FOR = dt.timedelta(hours=24)
"""At least; the daily work removes what is older."""
KEPT_HEADERS = ("Content-Type", "Location", "ETag")

_KEY = re.compile(r"[\x20-\x7e]{1,255}")


class InFlight(APIException):
    """The same request is being worked on: 409."""

    status_code = HTTPStatus.CONFLICT

    wait = WAIT_SECONDS
    """REST framework says it as Retry-After."""

    def __init__(self) -> None:
        super().__init__(_("A request with this Idempotency-Key is being worked on: send it again in a moment."))


class KeyUsed(APIException):
    """The key stands for another request: 422."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key was sent with another request: take a new one."))


def answer_once(request: Request, *, holder: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what `answer` gives, which is called in a transaction; sent again, what was answered then.

    holder: whose the key is, e.g. "key:12". Raises ParseError, InFlight and KeyUsed.
    """
    key = _key_of(request)
    if key is None:
        with transaction.atomic():
            return answer()
    fingerprint = _fingerprint(request)
    row, _is_new = KeptAnswer.objects.get_or_create(holder=holder, key=key, defaults={"fingerprint": fingerprint})
    refusal: APIException | Http404
    with transaction.atomic():
        held = KeptAnswer.objects.select_for_update(skip_locked=True).filter(pk=row.pk).first()
        if held is None:
            raise InFlight
        if held.fingerprint != fingerprint:
            raise KeyUsed
        if held.status is not None:
            return _again(held)
        try:
            with transaction.atomic():
                response = answer()
        except (APIException, Http404) as refused:
            held.delete()
            refusal = refused
        else:
            _keep(held, response)
            return response
    raise refusal


def forget_answers(on: dt.date) -> int:
    """Remove answers that were kept for a day and more before now; return how many. `on` is the day of the work."""
    return KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def _key_of(request: Request) -> str | None:
    sent = request.headers.get(HEADER)
    if sent is None:
        return None
    # The draft has it as a string in quotation marks; most clients send it bare.
    key = sent[1:-1] if len(sent) > 1 and sent[0] == sent[-1] == '"' else sent
    if not _KEY.fullmatch(key) or not key.strip():
        raise ParseError(_("Idempotency-Key: 1 to 255 plain characters, as a UUID."))
    return key


def _fingerprint(request: Request) -> str:
    """Return what tells two requests apart: what is asked, and what the body says, however it is set out."""
    said = json.dumps(request.data, sort_keys=True, default=repr)
    whole = "\n".join((request.method or "", request.get_full_path(), request.headers.get("If-Match", ""), said))
    return hashlib.sha256(whole.encode()).hexdigest()


def _keep(row: KeptAnswer, response: HttpResponse) -> None:
    row.status, row.body = response.status_code, response.content.decode()
    row.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    row.save(update_fields=["status", "body", "headers"])


def _again(row: KeptAnswer) -> HttpResponse:
    response = HttpResponse(row.body, status=row.status)
    for name, value in row.headers.items():
        response[name] = value
    response[REPLAYED] = "true"
    return response
