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
from feed.sequencing.sequencer import bring_up_to_date
from matching.models import Match
from practices.models import Practice
from tests.api import client_of
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    PreferredPartnerFactory,
    PublishedPracticeFactory,
    ReleasedMatchFactory,
    SurveyFactory,
    TargetFactory,
    UserFactory,
    agreed_cooperation,
)
from tests.surveys.api.writing import writing_key

Operation = schemathesis.APIOperation[Any, Any, Any, Any]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 25
CODES = {
    "country": "KHM", "reaches": "KHM", "group": "LDC", "target": "LDC", "area": ["energy"], "modality": ["training"],
    "agency": "tica", "survey": "escap-2018", "edition": "escap-2018",
}  # fmt: skip
"""Of rows that are there."""
PLAIN = {"Accept-Encoding": "identity"}
"""The library asks for compressed answers, and does not unpack what it gets without a network."""


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
    PublishedPracticeFactory()
    bring_up_to_date()


@pytest.fixture
def known_rows(content: None) -> dict[str, Any]:
    """One row for each address that names one."""
    match = Match.objects.get(released_at__isnull=False)
    known = {
        "countries/{iso3}": "KHM", "groups/{code}": "LDC", "areas/{code}": "energy", "modalities/{code}": "training",
        "agencies/{code}": "tica", "surveys/{code}": "escap-2018", "offers/{id}": match.offer_id,
        "needs/{id}": match.need_id, "matches/{id}": match.public_id, "runs/{id}": match.run_id,
        "cooperation/{id}": Match.objects.cooperation().get().public_id, "practices/{id}": Practice.objects.get().pk,
    }  # fmt: skip
    return {f"/api/v1/{path}": value for path, value in known.items()}


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


def fuzz(
    operation: Operation,
    known: dict[str, Any],
    headers: dict[str, str],
    *,
    expects: int = 200,
    cookies: dict[str, str] | None = None,
) -> None:
    """Ask with generated values, and where the address names a row, with one that is there too."""
    answers: set[int] = set()
    room, _slash, step = operation.path.rpartition("/")
    row = known.get(room if step == "withdraw" else operation.path)

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
        answers.add(case.call_and_validate(checks=CHECKS, headers=headers, cookies=cookies).status_code)
        if case.query and CODES.keys() & case.query.keys():
            # The schema says how a code is written, not which codes there are.
            case.query = {name: CODES.get(name, value) for name, value in case.query.items()}
            answers.add(case.call_and_validate(checks=CHECKS, headers=headers, cookies=cookies).status_code)
        if case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, row)
            answers.add(case.call_and_validate(checks=CHECKS, headers=headers, cookies=cookies).status_code)

    ask()
    assert expects in answers, (operation.method, operation.path, answers)


def test_a_fuzzer_finds_no_undocumented_answer(operations: list[Operation], known_rows: dict[str, Any]) -> None:
    assert len(operations) == 35

    for operation in operations:
        # Anyone may ask what fits; of what is sent few bodies are right.
        refused = 400 if operation.path == "/api/v1/match" else 401
        fuzz(operation, known_rows, PLAIN, expects=200 if operation.method == "get" else refused)


# The values that a database could choke on are those of the test above.
@pytest.mark.any_database
def test_nor_does_it_for_staff(operations: list[Operation], known_rows: dict[str, Any], reviewer: User) -> None:
    # Not as a header: the client that asks has cookies of its own, and would write over it.
    cookies = {"sessionid": client_of(reviewer).cookies["sessionid"].value}
    offers = next(one for one in operations if (one.method, one.path) == ("get", "/api/v1/offers"))
    assert "source_file" in offers.Case().call(headers=PLAIN, cookies=cookies).json()["results"][0]

    for operation in operations:
        # What is sent is refused without the token of a form.
        fuzz(operation, known_rows, PLAIN, expects=200 if operation.method == "get" else 403, cookies=cookies)


@pytest.mark.any_database
def test_nor_does_it_for_a_key_that_writes(operations: list[Operation], known_rows: dict[str, Any]) -> None:
    match = Match.objects.get(released_at__isnull=False)
    key = writing_key(code="writes")
    offer, need = (maker(agency=key.agency, country=key.agency.country) for maker in (OfferFactory, NeedFactory))
    own = {"/api/v1/offers/{id}": offer.pk, "/api/v1/needs/{id}": need.pk}
    secret = {"Authorization": f"Bearer {key.secret}", **PLAIN}  # type: ignore[attr-defined]

    for operation in operations:
        expects = 200 if operation.method == "get" else 400
        fuzz(operation, {**known_rows, **own}, secret, expects=expects)
    before = (match.offer.updated_at, match.need.updated_at)
    match = Match.objects.get(pk=match.pk)
    assert (match.offer.updated_at, match.need.updated_at) == before
