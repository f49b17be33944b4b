"""Two at once: one form makes one key, and one key has one successor."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from directory.choices import Role
from directory.keys import making
from directory.keys.entitled import KeyRefused
from directory.models import ApiKey, User
from tests.factories import AgencyFactory, ApiKeyFactory, UserFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(act: Callable[[User], Any], person: User) -> list[str]:
    """What comes of it when eight do the same at one moment: "done", or the refusal."""
    came: list[str] = []
    start = threading.Barrier(8)

    def one() -> None:
        try:
            by = User.objects.get(pk=person.pk)
            start.wait(timeout=30)
            act(by)
            came.append("done")
        except KeyRefused as refused:
            came.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return came


@pytest.fixture
def person(db: None) -> User:
    return UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory())


def test_one_form_makes_one_key(person: User) -> None:
    agency, form_key = person.affiliations.get().agency, uuid.uuid4()
    came = at_once(
        lambda by: making.make(by=by, agency=agency, name="One", scopes=["read:public"], form_key=form_key), person
    )
    assert (len(came), came.count("done"), ApiKey.objects.count()) == (8, 1, 1)


def test_one_key_has_one_successor(person: User) -> None:
    key = ApiKeyFactory(agency=person.affiliations.get().agency, accountable=person)
    came = at_once(lambda by: making.rotate(key=key, by=by), person)
    assert (len(came), came.count("done"), ApiKey.objects.count()) == (8, 1, 2)


def test_the_last_key_allowed_is_made_once(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST_KEYS", 1)
    agency = person.affiliations.get().agency
    came = at_once(lambda by: making.make(by=by, agency=agency, name="One", scopes=["read:public"]), person)
    assert (came.count("done"), ApiKey.objects.count()) == (1, 1)
