"""The quick starts of the documentation are run as they stand, against a portal with more rows than a page."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from surveys.models import Offer
from tests.factories import AgencyFactory, CountryFactory, PublishedOfferFactory

pytestmark = pytest.mark.any_database

EXAMPLES = settings.BASE_DIR / "docs" / "api" / "examples"
HOSTILE = 'Straße, "наука"; 水\n=1+1'
PATIENCE = 120


@pytest.fixture
def offers(transactional_db: None) -> set[int]:
    """A page and a half of open offers."""
    agency = AgencyFactory(code="tica", country=CountryFactory(iso3="THA"))
    PublishedOfferFactory(title=HOSTILE)
    PublishedOfferFactory.create_batch(150, agency=agency)
    return set(Offer.objects.values_list("pk", flat=True))


def run(command: list[str], live_server: LiveServer, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a quick start against the portal."""
    environment = {**os.environ, "PORTAL": live_server.url, "LC_ALL": "C.UTF-8", "no_proxy": "*"}
    return subprocess.run(
        command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on the path")
def test_curl(offers: set[int], live_server: LiveServer, tmp_path: Path) -> None:
    done = run(["sh", str(EXAMPLES / "offers.sh")], live_server, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    pages = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(pages) == 2
    assert {row["id"] for page in pages for row in page["results"]} == offers


def test_python(offers: set[int], live_server: LiveServer, tmp_path: Path) -> None:
    done = run([sys.executable, str(EXAMPLES / "offers.py")], live_server, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {int(row["id"]) for row in rows} == offers
    assert HOSTILE.splitlines() in [row["title"].splitlines() for row in rows]


def test_python_says_what_was_refused(live_server: LiveServer, tmp_path: Path, transactional_db: None) -> None:
    wrong = (EXAMPLES / "offers.py").read_text().replace('is_open="true"', 'is_open="perhaps"')
    (tmp_path / "wrong.py").write_text(wrong)

    done = run([sys.executable, "wrong.py"], live_server, cwd=tmp_path)

    assert done.returncode == 1
    assert "is_open=perhaps" in done.stderr
    assert "The query cannot be answered" in done.stderr


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="no R here (Debian: r-base-core, r-cran-jsonlite)")
def test_r(offers: set[int], live_server: LiveServer, tmp_path: Path) -> None:
    done = run(["Rscript", "--vanilla", str(EXAMPLES / "offers.R")], live_server, cwd=tmp_path)

    if "there is no package called" in done.stderr:
        pytest.skip("R is here without jsonlite (Debian: r-cran-jsonlite)")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "offers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["id"]) for row in rows} == offers
    assert f"{len(offers)} offers" in done.stdout


def queries_of_m(text: str) -> list[tuple[str, dict[str, str]]]:
    """Each address that a Power Query text asks for, with the parameters that it gives as texts."""
    calls = re.findall(r'RelativePath = "([^"]+)",\s*Query = \[([^\]]*)\]', text)
    return [(path, dict(re.findall(r'(\w+) = "([^"]*)"', query))) for path, query in calls]


@pytest.mark.django_db
def test_power_query_asks_for_what_there_is(client: Client) -> None:
    PublishedOfferFactory()
    text = (EXAMPLES / "offers.m").read_text()
    calls = queries_of_m(text)
    columns = re.findall(r'"(\w+)"', re.findall(r"Columns = \{([^}]*)\}", text)[0])

    assert len(calls) == 2
    for path, query in calls:
        answer = client.get(f"/{path}", query)
        assert answer.status_code == 200, path
        page: dict[str, Any] = answer.json()
        assert {"next", "results"} <= page.keys()
        assert set(columns) <= page["results"][0].keys()
    # What changes from page to page is the cursor, and it is taken from `next`.
    assert "cursor = cursor" in text
    assert len(columns) == 9


def test_power_query_closes_what_it_opens() -> None:
    text = re.sub(r'"[^"]*"|//.*', "", (EXAMPLES / "offers.m").read_text())

    for opening, closing in ("()", "[]", "{}"):
        assert text.count(opening) == text.count(closing)
    assert text.split().count("let") == text.split().count("in")


def test_each_quick_start_is_on_the_page() -> None:
    page = (settings.BASE_DIR / "docs" / "api.md").read_text()

    for file in EXAMPLES.iterdir():
        assert f"api/examples/{file.name}" in page
