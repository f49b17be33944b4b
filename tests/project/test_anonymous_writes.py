"""Who is not logged in writes nothing to the database, whatever they send, and wherever."""

import datetime as dt
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.models import Mail, User
from ssc_portal.running.daily import run_daily
from tests.factories import PASSWORD
from tests.project.addresses import address, rows
from tests.project.test_access_table import NAMES

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WRITES = {
    # The mail with the link; as many as the limit on an address of the network lets through, removed after a month.
    ("post", "account_reset_password"): {"directory_mail"},
    # What a passkey has to sign must be known when its answer comes. As often as one may try to log in, and no more;
    # it goes with the sessions that have ended.
    ("script", "mfa_login_webauthn"): {"django_session"},
}
"""What is written for the anonymous by design, and where: by a link, a form, or a script of a page."""

TYPED = {
    "login": "nobody@example.org", "email": "nobody@example.org", "password": PASSWORD, "next": "/workspace/",
    "title": "x" * 10_000, "text": "x" * 10_000, "owner": "agency:1", "do": "save", "step": "answer", "side": "need",
    "typed_by": "1:forged", "typed": "forged", "credential": "{}", "code": "123456", "answer": "yes", "ids": "1",
}  # fmt: skip


WRITE = re.compile(r'(?:INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM) "(\w+)"')


def tables_written(send: Callable[[], object]) -> set[str]:
    """The tables into which something was written, or out of which it was deleted, while `send` was at work."""
    with CaptureQueriesContext(connection) as asked:
        send()
    return {found[1] for query in asked.captured_queries if (found := WRITE.match(query["sql"]))}


def ways_to_send(path: str) -> dict[str, Callable[[], object]]:
    """How somebody without a log-in may ask for an address."""
    client = Client(raise_request_exception=False)
    return {
        "get": partial(client.get, path),
        "post": partial(client.post, path, TYPED),
        "script": partial(client.get, path, headers={"X-Requested-With": "XMLHttpRequest"}),
    }


@pytest.mark.parametrize("method", ["get", "post", "script"])
def test_no_address_writes_for_the_anonymous(method: str) -> None:
    found, written = rows(), {}
    for name in NAMES:
        tables = tables_written(ways_to_send(address(name, found))[method])
        if tables:
            written[name] = tables
    assert written == {name: tables for (of, name), tables in WRITES.items() if of == method}


@pytest.mark.parametrize("body", ["{}", "[" * 1_000, "x" * 100_000])
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_nor_do_other_bodies(kind: str, body: str, django_assert_num_queries: Any) -> None:
    for path in ("offers/new/", "needs/new/", "surveys/a/b/", "matches/1-2/", "offers/upload/", "people/"):
        with django_assert_num_queries(0):
            Client(raise_request_exception=False).post(f"/workspace/{path}", body, content_type=kind)


def test_mails_of_forgotten_passwords_are_few_however_often_they_are_asked_for() -> None:
    client = Client(raise_request_exception=False)
    for number in range(30):
        client.post("/accounts/password/reset/", {"email": f"nobody-{number}@example.org"})
    assert Mail.objects.count() <= 20


def test_challenges_for_passkeys_are_few_however_often_they_are_asked_for() -> None:
    for _number in range(40):
        ways_to_send("/accounts/2fa/webauthn/login/")["script"]()
    assert Session.objects.count() == 30


def test_the_daily_work_removes_sessions_that_have_ended(focal_point: User) -> None:
    old, new = Client(), Client()
    with time_machine.travel(timezone.now() - dt.timedelta(days=2)):
        old.force_login(focal_point)
    new.force_login(focal_point)
    assert Session.objects.count() == 2
    done, failed = run_daily(timezone.now().date())
    assert (done["sessions that ended removed"], failed) == (1, [])
    assert [row.session_key for row in Session.objects.all()] == [new.session.session_key]
