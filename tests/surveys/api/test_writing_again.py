"""A request sent again with its Idempotency-Key: done once, answered the same; and many at once."""

import datetime as dt
import json
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from directory.models import ApiKey
from surveys.api.writing import steps
from surveys.models import Offer
from tests.factories import ApiKeyFactory, PublishedOfferFactory
from tests.surveys.api.writing import send, sent, writing_key
from web.api.writing.idempotency import forget_answers
from web.models import KeptAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def key(db: None) -> ApiKey:
    return writing_key()


def post(key: ApiKey, body: Any, again: str, path: str = "/offers/", **headers: Any) -> Any:
    return send(key, "post", path, body, Idempotency_Key=again, **headers)


@pytest.mark.locks
def test_the_same_request_is_done_once_and_answered_the_same(key: ApiKey) -> None:
    first = post(key, sent(), "8e03978e-40d5-43dd-bc93-6894a57f9324")
    second = post(key, sent(), "8e03978e-40d5-43dd-bc93-6894a57f9324")
    quoted = post(key, sent(), '"8e03978e-40d5-43dd-bc93-6894a57f9324"')

    assert first.status_code == second.status_code == quoted.status_code == 201
    assert first.content == second.content == quoted.content
    for name in ("Location", "ETag", "Content-Type", "Cache-Control"):
        assert first[name] == second[name]
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == quoted["Idempotency-Replayed"] == "true"
    assert Offer.objects.count() == 1


def test_the_answer_is_that_of_then(key: ApiKey) -> None:
    first = post(key, sent(), "k")
    send(key, "patch", f"/offers/{first.json()['id']}/", {"title": "Dams"}, If_Match=first["ETag"])

    assert post(key, sent(), "k").json()["title"] == "Flood warning for small rivers"


def test_another_request_under_the_same_key_is_refused(key: ApiKey) -> None:
    post(key, sent(), "k")

    for refused in (
        post(key, sent(title="Dams"), "k"),
        post(key, sent(), "k", "/needs/"),
        post(key, {"items": [sent()]}, "k", "/offers/batch/"),
    ):
        assert refused.status_code == 422
        assert refused["Content-Type"] == "application/problem+json"
    assert Offer.objects.count() == 1


def test_the_order_of_names_makes_no_other_request(key: ApiKey) -> None:
    body = sent()
    post(key, body, "k")

    raw = json.dumps(dict(reversed(body.items())), indent=2).encode()
    again = send(key, "post", "/offers/", raw=raw, Idempotency_Key="k")

    assert again["Idempotency-Replayed"] == "true"


def test_keys_of_others_are_apart(key: ApiKey) -> None:
    other = writing_key(code="other", iso3="KHM")
    sibling = ApiKeyFactory(scopes=key.scopes, agency=key.agency, accountable=key.accountable)

    made = [post(one, sent(), "k") for one in (key, other, sibling)]

    assert [one.status_code for one in made] == [201, 201, 201]
    assert len({one.json()["id"] for one in made}) == 3


def test_what_was_refused_can_be_put_right_under_the_same_key(key: ApiKey) -> None:
    assert post(key, sent(places=0), "k").status_code == 400
    assert not KeptAnswer.objects.exists()
    assert post(key, sent(places=1), "k").status_code == 201


def test_who_died_at_work_leaves_neither_row_nor_answer(key: ApiKey, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(**_given: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(steps, "_put_before_others", lambda *_given: die())
        with pytest.raises(SystemExit), transaction.atomic():
            post(key, sent(), "k")
        # As it is where the row of the key was committed before the work began.
        KeptAnswer.objects.get_or_create(holder=f"key:{key.pk}", key="other", defaults={"fingerprint": "x"})
    assert not Offer.objects.exists()

    assert post(key, sent(), "k").status_code == 201
    assert post(key, sent(), "other").status_code == 422
    assert Offer.objects.count() == 1


@pytest.mark.parametrize("bad", ["", " ", "x" * 256, "é", "a\tb"])
def test_a_key_that_is_none_is_refused(key: ApiKey, bad: str) -> None:
    assert post(key, sent(), bad).status_code == 400
    assert not Offer.objects.exists()


def test_changes_withdrawals_and_batches_are_done_once_too(key: ApiKey) -> None:
    offer = PublishedOfferFactory(agency=key.agency, country=key.agency.country)
    tag = send(key, "get", f"/offers/{offer.pk}/")["ETag"]
    changed = [
        send(key, "patch", f"/offers/{offer.pk}/", {"title": "Dams"}, If_Match=tag, Idempotency_Key="a")
        for _number in range(2)
    ]
    gone = [
        post(key, {"reason": "met"}, "b", f"/offers/{offer.pk}/withdraw/", If_Match=changed[0]["ETag"])
        for _number in range(2)
    ]
    many = [post(key, {"items": [sent()] * 2}, "c", "/offers/batch/") for _number in range(2)]

    for first, second in (changed, gone, many):
        assert first.status_code == second.status_code == 200
        assert first.content == second.content
    assert Offer.objects.count() == 3


def test_answers_are_kept_for_a_day_and_hold_no_contact(key: ApiKey) -> None:
    post(key, sent(contact="office@example.org"), "k")
    kept = KeptAnswer.objects.get()

    assert "office@example.org" not in f"{kept.body}{kept.headers}"
    assert key.secret not in f"{kept.holder}{kept.body}"  # type: ignore[attr-defined]
    assert forget_answers(timezone.now().date()) == 0
    KeptAnswer.objects.update(created_at=timezone.now() - dt.timedelta(hours=25))
    assert forget_answers(timezone.now().date()) == 1


# --- at once


def at_once(number: int, act: Callable[[int], Any]) -> list[Any]:
    """What `act` gives in as many threads, which begin together."""
    start, found = Barrier(number), [None] * number

    def run(one: int) -> None:
        try:
            start.wait()
            found[one] = act(one)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(one,)) for one in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_ten_at_once_make_one_row(key: ApiKey) -> None:
    body = sent()

    answers = at_once(10, lambda _one: post(key, body, "k"))

    assert {one.status_code for one in answers} <= {201, 409}
    made = [one for one in answers if one.status_code == 201]
    assert len({one.content for one in made}) == 1
    assert [one for one in made if "Idempotency-Replayed" not in one] == made[:1] or len(made) > 1
    assert Offer.objects.count() == 1
    assert post(key, body, "k").content == made[0].content


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_that_is_being_worked_on_is_in_flight(key: ApiKey) -> None:
    post(key, sent(), "k")
    KeptAnswer.objects.update(status=None)
    body = sent()

    with transaction.atomic():
        KeptAnswer.objects.select_for_update().get()
        (refused,) = at_once(1, lambda _one: post(key, body, "k"))

    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    assert int(refused["Retry-After"]) >= 1
    # Nobody holds it any more: whoever worked on it is gone.
    assert post(key, body, "k").status_code == 201


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_told(key: ApiKey) -> None:
    offer = PublishedOfferFactory(agency=key.agency, country=key.agency.country)
    tag = send(key, "get", f"/offers/{offer.pk}/")["ETag"]

    answers = at_once(2, lambda one: send(key, "patch", f"/offers/{offer.pk}/", {"title": f"Dams {one}"}, If_Match=tag))

    assert sorted(one.status_code for one in answers) == [200, 412]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_reference_sent_ten_times_at_once_makes_one_row(key: ApiKey) -> None:
    body = sent(reference="A/1")

    answers = at_once(10, lambda _one: send(key, "post", "/offers/", body))

    assert sorted(one.status_code for one in answers) == [201, *[400] * 9]
    assert Offer.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_batches_in_opposite_orders_do_not_wait_for_each_other(key: ApiKey) -> None:
    offers = [PublishedOfferFactory(agency=key.agency, country=key.agency.country) for _number in range(8)]
    rows = send(key, "get", "/offers/").json()["results"]
    items = [{"id": row["id"], "version": row["version"], "title": "Dams"} for row in rows]

    answers = at_once(2, lambda one: post(key, {"items": items[:: 1 - 2 * one]}, f"k{one}", "/offers/batch/"))

    assert [one.status_code for one in answers] == [200, 200]
    found = sorted(row["status"] for one in answers for row in one.json()["results"])
    assert found == [200] * len(offers) + [412] * len(offers)
