"""What a browser says of a passkey may be anything: it is wrong, and never a fault of the portal."""

import base64
import json
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.core.cache import cache
from django.test import Client

from directory.models import User
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NO_FORM = (
    "9" * 5_000, "9" * 19_000, "[" * 19_000, "[" * 100_000, '{"a":' * 3_000, "NaN", "1e9999", "null", "[]", '"a"', "{}",
    '{"response": []}', '{"response": null}', '{"response": {"userHandle": "MQ"}}', '{"id": "\\ud800"}', "{", "\0",
)  # fmt: skip


def text(of: bytes) -> str:
    return base64.urlsafe_b64encode(of).decode().rstrip("=")


def answers_of(person: User) -> list[str]:
    """Answers that get further and further: each has what the one before lacked."""
    handle = text(user_pk_to_url_str(person).encode())
    said = text(b'{"type": "webauthn.get", "challenge": "YQ", "origin": "http://["}')
    whole: dict[str, Any] = {
        "id": "YWJj",
        "rawId": "YWJj",
        "type": "public-key",
        "response": {
            "clientDataJSON": said, "authenticatorData": text(b"\0" * 37), "signature": "YQ", "userHandle": handle,
        },
        "clientExtensionResults": {},
    }  # fmt: skip
    found = [{name: value for name, value in whole.items() if name != left_out} for left_out in whole]
    value: Any
    for name in whole["response"]:
        for value in (None, [], {}, 1, 1.5, True, "é", text(b"\xff" * 80), text(b"\x9f" * 5_000), text(b"[]")):
            found.append({**whole, "response": {**whole["response"], name: value}})  # noqa: PERF401
    attested = text(b"\0" * 32 + b"\x41" + b"\0" * 4 + b"\0" * 16 + b"\0\x03abc" + b"\x01")
    others: list[Any] = [None, [], "é", 1, True, {"a": 1}]
    found += [{**whole, name: other} for name in whole for other in others]
    found.append({**whole, "response": {**whole["response"], "authenticatorData": attested}})
    return [json.dumps(one) for one in found]


@pytest.mark.parametrize("address", ["webauthn/login/", "webauthn/add/", "webauthn/reauthenticate/", "authenticate/"])
def test_no_answer_breaks(address: str, focal_point: User) -> None:
    client = Client(raise_request_exception=False)
    if address == "webauthn/login/":
        client.get(f"/accounts/2fa/{address}", headers={"x-requested-with": "XMLHttpRequest"})
        assert client.session["mfa.webauthn.state"]
    else:
        client.force_login(focal_point)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    if address == "webauthn/add/":
        assert client.get("/accounts/2fa/webauthn/add/").status_code == 200
    for said in (*NO_FORM, *answers_of(focal_point)):
        cache.clear()
        answer = client.post(f"/accounts/2fa/{address}", {"credential": said, "name": "Key"})
        assert answer.status_code < 500, said[:300]
    assert not focal_point.authenticator_set.exists()  # type: ignore[attr-defined]
    if address == "webauthn/login/":
        assert "_auth_user_id" not in client.session
