"""A schema fuzzer at every endpoint: no 5xx, and no answer that the schema does not name."""

import datetime as dt
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase
from rest_framework.throttling import SimpleRateThrottle
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from directory.models import User
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
)

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


@pytest.fixture
def operations(content: None, settings: Any) -> list[schemathesis.APIOperation]:
    settings.ALLOWED_HOSTS = ["localhost"]
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    return [found.ok() for found in schema.get_all_operations()]


def fuzz(operation: schemathesis.APIOperation, headers: dict[str, str]) -> None:
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
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=headers)

    ask()


def test_a_fuzzer_finds_no_undocumented_answer(operations: list[schemathesis.APIOperation]) -> None:
    assert len(operations) == 20

    for operation in operations:
        fuzz(operation, {})


def test_nor_does_it_for_staff(operations: list[schemathesis.APIOperation], reviewer: User) -> None:
    session = client_of(reviewer).cookies["sessionid"].value

    for operation in operations:
        fuzz(operation, {"Cookie": f"sessionid={session}"})
