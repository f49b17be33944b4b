"""A client that openapi-python-client builds from our schema does a night's work: it walks everything, page by page."""

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from matching.models import Match
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
)
from web.api.openapi.whole import as_text, whole_schema

pytestmark = pytest.mark.any_database

PACKAGE = "generated_portal_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The client's source, made without a warning and on the path."""
    room = tmp_path_factory.mktemp("client")
    (room / "openapi.json").write_text(as_text(whole_schema()))
    (room / "config.yml").write_text("post_hooks: []\n")
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
        *("--path", "openapi.json", "--config", "config.yml", "--output-path", PACKAGE),
    ]
    made = subprocess.run(command, cwd=room, capture_output=True, text=True, timeout=300, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "Warning" not in made.stdout, made.stdout
    sys.path.insert(0, str(room))
    yield room / PACKAGE
    sys.path.remove(str(room))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def call(generated: Path, live_server: LiveServer) -> Iterator[Callable[..., Any]]:
    """Calls an operation by its name, as the generated client does, and gives what it made of the answer."""
    client = importlib.import_module(PACKAGE).Client(base_url=live_server.url, raise_on_unexpected_status=True)

    def called(operation: str, **parameters: Any) -> Any:
        tag = operation.rpartition("_")[0]
        module = importlib.import_module(f"{PACKAGE}.api.{tag}.{operation}")
        identity = [parameters.pop(name) for name in ("id", "code", "iso3") if name in parameters]
        return module.sync_detailed(*identity, client=client, **parameters).parsed

    with client:
        yield called


def every_row(call: Callable[..., Any], operation: str) -> list[Any]:
    """All rows of a list, two a page."""
    rows: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = call(operation, page_size=2, **cursor)
        rows += page.results
        if page.next_ is None:
            return rows
        cursor = {"cursor": parse_qs(urlsplit(page.next_).query)["cursor"][0]}


@pytest.fixture
def postings(transactional_db: None) -> Match:
    """Five offers, five needs and what of them was released."""
    agency = AgencyFactory(code="tica", country=CountryFactory(iso3="THA"))
    PublishedOfferFactory.create_batch(3, agency=agency, amount=5, amount_currency="USD")
    PublishedNeedFactory.create_batch(3)
    ReleasedMatchFactory()
    return ReleasedMatchFactory()


def test_it_walks_all_offers_needs_and_matches(postings: Match, call: Callable[..., Any]) -> None:
    found = {name: every_row(call, f"{name}_list") for name in ("offers", "needs", "matches")}

    assert len({row.id for row in found["offers"]}) == len(found["offers"]) == 5
    assert len({row.id for row in found["needs"]}) == len(found["needs"]) == 5
    assert {row.id for row in found["matches"]} == {match.public_id for match in Match.objects.all()}
    assert {row.agency for row in found["offers"]} >= {"tica"}


def test_it_reads_what_a_list_leads_to(postings: Match, call: Callable[..., Any]) -> None:
    match = call("matches_retrieve", id=postings.public_id)

    assert match.explanation.need == postings.need_id
    assert match.explanation.areas.shared
    assert match.released_at.tzinfo is not None
    assert call("offers_retrieve", id=str(match.offer.id)).title == postings.offer.title
    assert call("countries_retrieve", iso3="THA").names.en == CountryFactory(iso3="THA").name
    assert call("coverage_retrieve").results is not None


def test_it_reads_a_refusal_as_one(postings: Match, call: Callable[..., Any]) -> None:
    unknown = call("offers_list", country="XXX")
    nothing = call("offers_retrieve", id="999999")

    assert unknown.status == 400
    assert unknown.errors.additional_properties["country"]
    assert nothing.status == 404
