"""A schema fuzzer at every endpoint: no 5xx, and no answer that the schema does not name."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from rest_framework.throttling import SimpleRateThrottle
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from directory.models import User
from matching.models import Match
from tests.api import client_of
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    MatchFactory,
    PreferredPartnerFactory,
    ReleasedMatchFactory,
    SurveyFactory,
    TargetFactory,
    UserFactory,
    agreed_cooperation,
)

Operation = schemathesis.APIOperation[Any, Any, Any, Any]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 25


@pytest.fixture
def content(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of everything, with and without what may be missing, and no limit of requests."""
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": None, "user": None})
    group = CountryGroupFactory(code="LDC", is_heading=True)
    GroupMembershipFactory(group=group, country=CountryFactory(iso3="KHM"), valid_to=dt.date(2026, 11, 24))
    survey = SurveyFactory(code="escap-2018")
    released = ReleasedMatchFactory(need__survey=survey, offer__amount=5, offer__agency=AgencyFactory(code="tica"))
    MatchFactory(offer=released.offer)
    TargetFactory(offer=released.offer, group=group)
    PreferredPartnerFactory(need=released.need)
    agreed_cooperation(UserFactory())


@pytest.fixture
def known_rows(content: None) -> dict[str, Any]:
    """One row for each address that names one."""
    match = Match.objects.get(released_at__isnull=False)
    known = {
        "countries/{iso3}": "KHM", "groups/{code}": "LDC", "areas/{code}": "energy", "modalities/{code}": "training",
        "agencies/{code}": "tica", "surveys/{code}": "escap-2018", "offers/{id}": match.offer_id,
        "needs/{id}": match.need_id, "matches/{id}": match.public_id, "runs/{id}": match.run_id,
        "cooperation/{id}": Match.objects.cooperation().get().public_id,
    }  # fmt: skip
    return {f"/api/v1/{path}/": value for path, value in known.items()}


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Keep the test's connection, and so its transaction, from one request to the next, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def operations(content: None, _one_connection: None, settings: Any) -> list[Operation]:
    settings.ALLOWED_HOSTS = ["localhost"]
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def fuzz(operation: Operation, known: dict[str, Any], headers: dict[str, str]) -> None:
    """Ask with generated values, and where the address names a row, with one that is there too."""
    answers: set[int] = set()

    @hypothesis.seed(20181127)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def ask(case: schemathesis.Case[Any]) -> None:
        answers.add(case.call_and_validate(checks=CHECKS, headers=headers).status_code)
        if case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, known[operation.path])
            answers.add(case.call_and_validate(checks=CHECKS, headers=headers).status_code)

    ask()
    assert 200 in answers, operation.path


def test_a_fuzzer_finds_no_undocumented_answer(operations: list[Operation], known_rows: dict[str, Any]) -> None:
    assert len(operations) == 22

    for operation in operations:
        fuzz(operation, known_rows, {})


# The values that a database could choke on are those of the test above.
@pytest.mark.any_database
def test_nor_does_it_for_staff(operations: list[Operation], known_rows: dict[str, Any], reviewer: User) -> None:
    session = client_of(reviewer).cookies["sessionid"].value

    for operation in operations:
        fuzz(operation, known_rows, {"Cookie": f"sessionid={session}"})
