"""What pages weigh on a slow line: the first visit of any at most 100 KB and 10 requests, later ones 20 KB.

Measured as Chromium counts what came over the wire, headers among it, from a server that serves static files as in
production: collected, named by content and compressed. `pytest -s` prints each page.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from benchmarks.postings import make_postings
from matching.life.review import release
from matching.models import Match
from surveys.searching.documents import write_missing_documents
from tests.browser.test_pages import public_pages
from tests.factories import confirmed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.any_database]

MOST_AT_FIRST, MOST_REQUESTS, MOST_LATER = 100_000, 10, 20_000
"""Bytes, requests, bytes."""
MANY = 1_000
MOST_STAYING = 3


@dataclass
class Visit:
    """What one visit of a page took."""

    size: int = 0
    addresses: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many there were: an answer out of the browser's cache is none."""
        return len(self.addresses)


@pytest.fixture
def live_server(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The portal as it runs in use: Django's own server of static files, which compresses nothing, is left out."""
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    # The admin and the API's documentation have files of their own, which no public page loads.
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin", "drf_spectacular_sidecar"])
    server = LiveServer("localhost", start=False)
    server.thread.static_handler = _as_it_is  # type: ignore[assignment]
    server.start()
    # The thread of a connection that Chromium closes last may end after the server: it closes what all threads share.
    for shared in server.thread.connections_override.values():
        shared.inc_thread_sharing()
    settings.ALLOWED_HOSTS = ["localhost"]
    yield server
    server.stop()


def _as_it_is(application: Any) -> Any:
    return application


class Visitor:
    """A browser that counts what it fetches for each page that it opens."""

    def __init__(self, context: BrowserContext) -> None:
        self._page = context.new_page()
        self._session = context.new_cdp_session(self._page)
        self._session.send("Network.enable")
        self._visit = Visit()
        self._asked: dict[str, tuple[Visit, str]] = {}
        self._session.on("Network.requestWillBeSent", self._note_request)
        self._session.on("Network.loadingFinished", self._note_answer)

    def _note_request(self, event: dict[str, Any]) -> None:
        self._asked[event["requestId"]] = (self._visit, urlsplit(event["request"]["url"]).path)

    def _note_answer(self, event: dict[str, Any]) -> None:
        if event["encodedDataLength"]:
            visit, address = self._asked[event["requestId"]]
            visit.size += int(event["encodedDataLength"])
            visit.addresses.append(address)

    def open(self, path: str) -> Visit:
        """Open a page, and count what is fetched for it."""
        self._visit = Visit()
        self._page.goto(path)
        self._hear_all()
        return self._visit

    def leave(self) -> None:
        """Wait for what a page fetches when it is whole: its icon."""
        self._page.wait_for_load_state("networkidle")
        self._hear_all()
        self._page.context.close()

    def _hear_all(self) -> None:
        # The answer to whatever question comes after all that was told before.
        self._session.send("Network.canClearBrowserCache")


def weigh(new_context: Any, paths: list[str]) -> dict[str, tuple[Visit, Visit]]:
    """Return of each page its first visit, by who has never been here, and one by who has seen others."""
    seen = Visitor(new_context())
    for path in ("/", "/offers/", "/coverage/", "/surveys/"):
        seen.open(path)
    found = {}
    staying: list[Visitor] = []
    for path in paths:
        new = Visitor(new_context())
        found[path] = (new.open(path), seen.open(path))
        staying.append(new)
        # A browser says half a second later that nothing more was asked; others are opened meanwhile.
        if len(staying) > MOST_STAYING:
            staying.pop(0).leave()
    for new in staying:
        new.leave()
    return found


def too_heavy(found: dict[str, tuple[Visit, Visit]]) -> dict[str, str]:
    """Print all, and return those beyond the bounds."""
    heavy = {}
    lines = [f"{'first':>8} {'requests':>8} {'later':>8}  page"]
    for path, (first, later) in sorted(found.items(), key=lambda one: -one[1][0].size):
        line = f"{first.size:>8,} {first.requests:>8} {later.size:>8,}"
        lines.append(f"{line}  {path}")
        if first.size > MOST_AT_FIRST or first.requests > MOST_REQUESTS or later.size > MOST_LATER:
            heavy[path] = line
    sys.stdout.write("\n{}\n".format("\n".join(lines)))
    return heavy


def test_every_page_is_light(portal: str, reviewer: Any, new_context: Any) -> None:
    release(match=confirmed(Match.objects.all()[0]), by=reviewer, note="For the pages")
    found = weigh(new_context, public_pages())
    assert too_heavy(found) == {}
    first, later = found["/offers/"]
    assert first.requests > 1
    # Named by their content, files are not even asked for again.
    assert later.addresses == ["/offers/"]


def test_pages_stay_light_with_a_thousand_offers_and_needs(portal: str, new_context: Any) -> None:
    make_postings(needs=MANY, offers=MANY)
    write_missing_documents()
    paths = [
        "/",
        "/offers/",
        "/offers/?page=7",
        "/needs/",
        "/countries/",
        "/countries/BGD/",
        "/agencies/",
        "/search/?q=generated",
        "/coverage/",
        "/coverage/area/statistics/all/",
        "/coverage/area/ict/modality/training/",
        "/coverage/duplication/",
        "/coverage/duplication/KHM/",
    ]
    assert too_heavy(weigh(new_context, paths)) == {}
