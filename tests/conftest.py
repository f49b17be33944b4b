"""What every test may use: the named cast, the reference data, and a clean cache."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import Client, override_settings
from django.test.client import ClientMixin
from pytest_django import DjangoDbBlocker

from directory.choices import AgencyKind, Role
from directory.models import User
from directory.name_index import load_name_index
from directory.names import NameIndex
from directory.searching.lexicon import forget_lexicon
from matching.models import ScoringProfile
from surveys.editions import load_surveys
from tests.answers import answers
from tests.factories import AgencyFactory, CountryFactory, ScoringProfileFactory, UserFactory
from tests.migrating import empty_database, new_file
from tests.snapshots import Snapshot, take_snapshot

LONGEST = frozenset({"test_secrecy.py", "test_two_worlds.py", "test_deploy_commands.py"})
"""Files with a test of minutes: begun first, so that at the end no worker waits for another's."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what only PostgreSQL can do elsewhere, begin with the longest, and have tables made for whoever needs them.

    pytest-django makes a database where a test among those collected is marked for one; of a file run alone, none may
    be, while its tests reach the tables through a fixture of the session.
    """
    items.sort(key=lambda item: item.nodeid.partition("::")[0].rpartition("/")[2] not in LONGEST)
    for item in items:
        if "reference_snapshot" in getattr(item, "fixturenames", ()):
            item.add_marker("django_db")
        if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="SQLite lets one write at a time, and tests use one file"))


def pytest_collection_finish() -> None:
    """Let the collector pass over what lasts to the end, and look seldom: models are cycles by the thousand."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 10)


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    quick = "tests.hashers.QuickArgon2PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[quick, *django_settings.PASSWORD_HASHERS[1:]]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _static_files_not_collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    # Static files come from where they are written; tests/project/test_static.py collects them as production does.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        STORAGES={**django_settings.STORAGES, "staticfiles": plain},
    ):
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_maintenance_of_this_clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(MAINTENANCE_FILE=tmp_path_factory.mktemp("maintenance") / "maintenance.json"):
        yield


@pytest.fixture(autouse=True, scope="session")
def _forced_log_ins_pass_the_second_factor() -> Iterator[None]:
    """Let `force_login` stand for the whole log-in: with the second factor of whoever has one by then."""
    by_django = ClientMixin.force_login

    def force_login(self: Any, user: User, backend: str | None = None) -> None:
        by_django(self, user, backend)
        factor = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).first()
        if factor is not None:
            request = HttpRequest()
            request.session, request.user = self.session, user
            record_authentication(request, user, "mfa", id=factor.pk, type=factor.type)
            request.session.save()

    with mock.patch.object(ClientMixin, "force_login", force_login):
        yield


@pytest.fixture(autouse=True, scope="session")
def _answers_are_declared() -> Iterator[None]:
    """Hold each answer of the API that any test gets against the schema."""
    by_django = Client.request

    def request(self: Any, **environment: Any) -> Any:
        response = by_django(self, **environment)
        if environment["PATH_INFO"].startswith("/api/v1/"):
            answers().check(environment["REQUEST_METHOD"], environment["PATH_INFO"], response)
        return response

    with mock.patch.object(Client, "request", request):
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()
    forget_lexicon()


@pytest.fixture(scope="session", autouse=True)
def _no_session_left_behind(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End what a live server's threads left open on PostgreSQL, which drops no database that someone is using."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture
def visitor() -> AnonymousUser:
    """Someone who is not logged in."""
    return AnonymousUser()


@pytest.fixture
def focal_point(db: None) -> User:
    """Speaks for one agency of Thailand."""
    agency = AgencyFactory(
        code="test-agency-of-thailand", name="Test Agency of Thailand", country=CountryFactory(iso3="THA")
    )
    return UserFactory(email="focal-point@example.org", role=Role.FOCAL_POINT, role__agency=agency)


@pytest.fixture
def other_focal_point(db: None) -> User:
    """Speaks for one agency of Cambodia."""
    agency = AgencyFactory(
        code="test-agency-of-cambodia", name="Test Agency of Cambodia", country=CountryFactory(iso3="KHM")
    )
    return UserFactory(email="other-focal-point@example.org", role=Role.FOCAL_POINT, role__agency=agency)


@pytest.fixture
def coordinator(db: None) -> User:
    """Speaks for every agency of Thailand, from its foreign ministry."""
    agency = AgencyFactory(
        code="test-ministry-of-thailand",
        name="Test Ministry of Thailand",
        kind=AgencyKind.MINISTRY,
        country=CountryFactory(iso3="THA"),
    )
    return UserFactory(email="coordinator@example.org", role=Role.COORDINATOR, role__agency=agency)


@pytest.fixture
def reviewer(db: None) -> User:
    """Works the match queue at the secretariat."""
    return UserFactory(email="reviewer@example.org", role=Role.REVIEWER)


@pytest.fixture
def manager(db: None) -> User:
    """Looks after surveys, reference data, profiles and accounts at the secretariat."""
    return UserFactory(email="manager@example.org", role=Role.MANAGER)


@pytest.fixture
def partner(db: None) -> User:
    """Stands for a partner system of a development fund."""
    agency = AgencyFactory(code="test-fund", name="Test Fund", kind=AgencyKind.FUND, country=None)
    return UserFactory(email="partner@example.org", role=Role.PARTNER, role__agency=agency)


@pytest.fixture
def known_profile(db: None) -> ScoringProfile:
    """Scores that are easy to work out by hand, without the topic; that has tests of its own (test_topic.py)."""
    return ScoringProfileFactory()


@pytest.fixture(scope="session")
def reference_snapshot(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Snapshot:
    """The rows that `load_reference` makes of what the project ships: the one place where tests load them."""
    with django_db_blocker.unblock():
        return take_snapshot("reference", lambda: call_command("load_reference", verbosity=0))


@pytest.fixture(scope="session")
def surveys_snapshot(django_db_blocker: DjangoDbBlocker, reference_snapshot: Snapshot) -> Snapshot:
    """The editions of surveys that the project ships, upon the reference data."""
    with django_db_blocker.unblock():
        return take_snapshot("surveys", load_surveys, upon=(reference_snapshot,))


@pytest.fixture(scope="session")
def name_index(django_db_blocker: DjangoDbBlocker, reference_snapshot: Snapshot) -> NameIndex:
    """The index of names over the reference data, built once: it never changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        reference_snapshot.put()
        index = load_name_index()
        transaction.set_rollback(True)
    return index


@pytest.fixture
def reference(db: None, reference_snapshot: Snapshot) -> None:
    """The reference data that the project ships."""
    reference_snapshot.put()


@pytest.fixture(autouse=True)
def _reference_first(request: pytest.FixtureRequest) -> None:
    """Put the reference data in before anything else, whose factories take what is there already."""
    if "reference" in request.fixturenames:
        request.getfixturevalue("reference")


@pytest.fixture
def throwaway() -> Iterator[str]:
    """The alias of a database of its own, empty: to take the whole portal's apart and put it together is slow."""
    with empty_database("throwaway") as alias:
        yield alias


@pytest.fixture(scope="session")
def newly_migrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A file of SQLite as all migrations make it, one for all workers, and what `migrate_new` counted; to be copied."""
    own = tmp_path_factory.getbasetemp()
    return new_file(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
