"""Each caller has its own limit, learns of it in each answer, and has no way round it."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

from directory.choices import Role
from tests.api import ROOT, client_of
from tests.factories import ApiKeyFactory, PublishedOfferFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": "3/min", "user": "4/hour", "key": "5/day"})


def left(response: Any) -> int:
    """How many requests the answer says are left; both fields must be well formed and agree."""
    policy = re.fullmatch(r'"([a-z]+)";q=(\d+);w=(\d+)', response["RateLimit-Policy"])
    limit = re.fullmatch(r'"([a-z]+)";r=(\d+);t=(\d+)', response["RateLimit"])
    assert policy is not None
    assert limit is not None
    assert policy[1] == limit[1]
    assert 0 < int(limit[3]) <= int(policy[3])
    return int(limit[2])


def test_answers_of_every_kind_say_how_many_are_left(client: Client) -> None:
    first = client.get(f"{ROOT}/offers/")
    same = client.get(f"{ROOT}/offers/", headers={"if-none-match": first["ETag"]})
    wrong = client.get(f"{ROOT}/offers/?colour=red")
    beyond = client.get(f"{ROOT}/nothing/here/")
    assert [one.status_code for one in (first, same, wrong, beyond)] == [200, 304, 400, 429]
    assert [left(one) for one in (first, same, wrong, beyond)] == [2, 1, 0, 0]
    assert 0 < int(beyond["Retry-After"]) <= 60
    assert first["RateLimit-Policy"] == '"anonymous";q=3;w=60'


@pytest.mark.parametrize(
    ("address", "method", "status"),
    [
        ("/nothing/here/", "get", 404),
        ("/offers", "get", 200),
        ("/offers/", "post", 401),
        ("/offers/", "options", 200),
        ("/offers/", "head", 200),
        ("/docs/", "get", 200),
    ],
)
def test_any_address_and_method_counts(client: Client, address: str, method: str, status: int) -> None:
    response = getattr(client, method)(f"{ROOT}{address}")
    assert (response.status_code, left(response)) == (status, 2)


def test_what_reaches_no_endpoint_says_it_too_and_costs_nothing(client: Client) -> None:
    refused = client.get(f"{ROOT}/offers/?q=%00")
    preflight = client.options(
        f"{ROOT}/offers/", headers={"origin": "https://a.example", "access-control-request-method": "GET"}
    )
    assert (refused.status_code, preflight.status_code) == (400, 200)
    assert (left(refused), left(preflight)) == (3, 3)


def test_pages_say_nothing_of_it(client: Client) -> None:
    assert "RateLimit" not in client.get("/offers/")


def test_bad_keys_count_as_their_address_does_and_end_as_it(client: Client) -> None:
    answers = [client.get(f"{ROOT}/offers/", HTTP_AUTHORIZATION=f"Bearer nope{n}") for n in range(4)]
    assert [one.status_code for one in answers] == [401, 401, 401, 429]
    assert [left(one) for one in answers] == [2, 1, 0, 0]
    assert client.get(f"{ROOT}/offers/").status_code == 429
    # A key that opens is not held up by what others tried from the same address.
    assert client_of(ApiKeyFactory()).get(f"{ROOT}/offers/").status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"x-forwarded-for": "10.0.0.{n}"},
        {"forwarded": "for=10.0.0.{n}"},
        {"x-real-ip": "10.0.0.{n}"},
        {"user-agent": "agent {n}"},
        {"cookie": "sessionid={n}"},
    ],
)
def test_no_header_and_no_cursor_is_a_way_round(client: Client, forged: dict[str, str]) -> None:
    PublishedOfferFactory.create_batch(2)
    page = client.get(f"{ROOT}/offers/?page_size=1").json()
    for n in range(2):
        headers = {name: value.format(n=n) for name, value in forged.items()}
        client.get(page["next"], headers=headers)
    assert client.get(
        f"{ROOT}/needs/?page_size=7", headers={k: v.format(n=9) for k, v in forged.items()}
    ).status_code == (429)


def test_each_key_has_its_own_and_one_key_has_one_from_anywhere() -> None:
    one, other = ApiKeyFactory(), ApiKeyFactory()
    answers = [client_of(one).get(f"{ROOT}/", REMOTE_ADDR=f"192.0.2.{n}") for n in range(6)]
    assert [left(answer) for answer in answers] == [4, 3, 2, 1, 0, 0]
    assert answers[0]["RateLimit-Policy"] == '"key";q=5;w=86400'
    assert answers[5].status_code == 429
    assert int(answers[5]["Retry-After"]) <= 86_400
    assert left(client_of(other).get(f"{ROOT}/")) == 4
    assert left(client_of().get(f"{ROOT}/")) == 2


def test_a_person_has_one_in_all_sessions() -> None:
    person = UserFactory(role=Role.FOCAL_POINT)
    answers = [client_of(person).get(f"{ROOT}/") for _n in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert answers[0]["RateLimit-Policy"] == '"user";q=4;w=3600'


def test_a_network_of_one_counts_as_one(client: Client) -> None:
    for n in range(3):
        client.get(f"{ROOT}/", REMOTE_ADDR=f"2001:db8:1:2::{n}")
    assert client.get(f"{ROOT}/", REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert client.get(f"{ROOT}/", REMOTE_ADDR="2001:db8:1:3::1").status_code == 200
    client.get(f"{ROOT}/", REMOTE_ADDR="192.0.2.1")
    assert left(client.get(f"{ROOT}/", REMOTE_ADDR="::ffff:192.0.2.1")) == 1


def test_a_window_ends(client: Client, time_machine: Any) -> None:
    time_machine.move_to("2026-03-01T12:00:30Z", tick=False)
    cache.clear()
    for _n in range(4):
        last = client.get(f"{ROOT}/")
    assert (last.status_code, last["Retry-After"]) == (429, "60")
    time_machine.shift(59)
    assert client.get(f"{ROOT}/")["Retry-After"] == "1"
    time_machine.shift(1)
    assert left(client.get(f"{ROOT}/")) == 2


def test_browsers_elsewhere_may_read_the_fields(client: Client) -> None:
    response = client.get(f"{ROOT}/", headers={"origin": "https://a.example"})
    exposed = {name.strip() for name in response["Access-Control-Expose-Headers"].split(",")}
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= exposed
