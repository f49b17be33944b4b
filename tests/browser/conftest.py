"""A Chromium, a portal with the real survey in it, and a watch on every page that is opened."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from directory.models import User
from ssc_portal.running.demo.survey import SURVEY_CODE, TABLE_1
from tests.browser.steps import pixels_too_wide, resize, violations_of
from tests.snapshots import Snapshot, take_snapshot

PATIENCE = 60_000
"""Milliseconds that anything on a page may take: nobody waits for them but on a machine with too much to do."""
REFUSED = "the server responded with a status of 4"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Watch:
    """What went wrong on the pages of one context: console errors, CSP reports, requests that leave the portal."""

    home: str
    faults: list[str] = field(default_factory=list)

    def on_request(self, request: Any) -> None:
        """Note a request to any host but the portal's own."""
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and f"{address.scheme}://{address.netloc}" != self.home:
            self.faults.append(f"foreign request: {request.url}")

    def on_console(self, page: Page, message: Any) -> None:
        """Note an error of the page's own, CSP reports among them.

        An error without a place is axe's, which tries out styles; that an address answers 400, 404 or 422 is what
        some pages are for.
        """
        place = message.location["url"]
        if message.type == "error" and place and REFUSED not in message.text:
            self.faults.append(f"{page.url}: {message.text} ({place}:{message.location['lineNumber']})")

    def on_page(self, page: Page) -> None:
        """Listen to a page that was opened."""
        page.on("console", lambda message: self.on_console(page, message))
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: named by CHROMIUM, on the path, else Playwright's own."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    """Let no test fail because the machine is slow.

    `expect` has a time of its own, beside that of the contexts; a code may be typed while the next one is shown.
    """
    expect.set_options(timeout=PATIENCE)
    with override_settings(MFA_TOTP_TOLERANCE=PATIENCE // 30_000):
        yield


@pytest.fixture(scope="session", autouse=True)
def _django_beside_an_event_loop() -> Iterator[None]:
    # Playwright runs a loop in this thread; the tests' own queries are not made from within it.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def portal_snapshots(
    django_db_blocker: DjangoDbBlocker, reference_snapshot: Snapshot, surveys_snapshot: Snapshot
) -> tuple[Snapshot, ...]:
    """The reference data, the 2018 survey, and what was read of it with a finished run."""

    def load() -> None:
        call_command("import_survey", str(settings.BASE_DIR / TABLE_1), survey=SURVEY_CODE, verbosity=0)
        call_command("run_matching", verbosity=0)

    below = (reference_snapshot, surveys_snapshot)
    with django_db_blocker.unblock():
        return (*below, take_snapshot("portal", load, upon=below))


@pytest.fixture
def portal(live_server: Any, portal_snapshots: tuple[Snapshot, ...]) -> str:
    """The address of a portal that holds the reference data, the 2018 survey, and a finished run."""
    for snapshot in portal_snapshots:
        snapshot.put()
    return str(live_server.url)


@pytest.fixture
def watch(live_server: Any) -> Watch:
    """What went wrong on the pages that the test opened."""
    return Watch(home=live_server.url)


@pytest.fixture
def new_context(browser: Browser, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts; at the end of the test none of their pages may have gone wrong."""
    contexts: list[BrowserContext] = []

    def make(*, logged_in: User | None = None, **options: Any) -> BrowserContext:
        context = browser.new_context(base_url=watch.home, **options)
        context.on("request", watch.on_request)
        context.on("page", watch.on_page)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if logged_in:
            # For what comes after the log-in: to type oneself in takes two or three pages each time.
            client = Client()
            client.force_login(logged_in)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": watch.home}])
        return context

    yield make
    for context in contexts:
        context.close()
    assert watch.faults == []


@dataclass(frozen=True)
class Story:
    """How a story of several people is told: on how wide a screen, and with JavaScript or without."""

    new_context: Callable[..., BrowserContext]
    width: int
    has_javascript: bool

    def window(self, logged_in: User | None = None) -> Page:
        """Open a browser of one person."""
        size = {"width": self.width, "height": 900}
        context = self.new_context(viewport=size, java_script_enabled=self.has_javascript, logged_in=logged_in)
        return context.new_page()

    def looks_right(self, page: Page, within: str | None = None) -> None:
        """Nothing sticks out of the page and axe finds nothing, on a telephone and on a desk; both need JavaScript.

        No script of ours asks how wide the window is: a page that is made wider is the page that was loaded so.
        """
        if not self.has_javascript:
            return
        for width in (self.width, 1280):
            resize(page, width)
            assert pixels_too_wide(page) <= 0, (page.url, width)
            assert violations_of(page, within) == [], (page.url, width)
        resize(page, self.width)


@pytest.fixture(
    params=[pytest.param((360, True), id="360"), pytest.param((1280, False), id="without-javascript")],
)
def story(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Story:
    """A story is told on a telephone, where each page is looked at on a desk too, and on a desk without JavaScript."""
    return Story(new_context, *request.param)
