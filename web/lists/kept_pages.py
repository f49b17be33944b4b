"""Pages as they were made for one reader, kept for the next, for as long as the database stands exactly as it did.

Only PostgreSQL can say that it does. `pg_current_snapshot()` names the transactions whose writes a reader sees: two
readers of the same snapshot see the same rows, and whatever commits, turns it. So nobody who writes has to remember
anything, and a page that was withdrawn a moment ago is not kept a moment longer. It turns for what no page shows too,
a session or a sign of life: a page is kept for seconds, which is what many readers at once need; and how soon it is
answered tells nobody what was written. decisions/0068 says why not otherwise.

Besides rows a page is made of its address, the language, what maintenance announces, and the day somewhere on earth:
days begin and end on a whole minute, so none is kept beyond the minute in which it was made.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from web.maintenance import current

MOST_BYTES = 16_000_000
"""Of all kept pages of one process."""
LARGEST_PAGE = 500_000

# A standby lists its snapshots otherwise: there two of the same name may see different rows. A server put back to an
# earlier state has started anew.
_STATE = """
    SELECT pg_current_snapshot()::text, pg_postmaster_start_time()::text
    WHERE NOT pg_is_in_recovery()
"""


@dataclass(frozen=True)
class KeptPage:
    """A page, and the state of the database that it shows."""

    state: Any
    content: bytes
    headers: tuple[tuple[str, str], ...]


class KeptPages:
    """The pages of this process, by what they were asked by; the longest unused makes room."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Any, KeptPage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def find(self, key: Any, state: Any) -> KeptPage | None:
        """Return the page of this state, if it is kept."""
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.state != state:
                return None
            self._pages.move_to_end(key)
            return page

    def keep(self, key: Any, page: KeptPage) -> None:
        """Keep a page in place of the one of an earlier state."""
        with self._lock:
            self._remove(key)
            self._pages[key] = page
            self._bytes += _size(key, page)
            while self._bytes > MOST_BYTES:
                self._remove(next(iter(self._pages)))

    def clear(self) -> None:
        """Keep nothing any more."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _remove(self, key: Any) -> None:
        if page := self._pages.pop(key, None):
            self._bytes -= _size(key, page)


def _size(key: Any, page: KeptPage) -> int:
    """Return about how many bytes a page takes: an address may be long too."""
    return len(repr(key)) + len(page.content)


PAGES = KeptPages()


class SharedAnswer:
    """The answer to one request of a reader whom nobody knows, which the next may share."""

    def __init__(self, request: HttpRequest, state: Any) -> None:
        self._request, self._state = request, state
        self._key = (
            request.build_absolute_uri(),
            get_language(),
            current(),
            timezone.now().replace(second=0, microsecond=0),
        )

    @classmethod
    def of(cls, request: HttpRequest) -> "SharedAnswer | None":
        """Return it for a request whose answer depends on nothing but its address and language; else None."""
        is_plain = (
            request.method == "GET"
            and not getattr(request, "htmx", None)
            and "Authorization" not in request.headers
            and request.COOKIES.keys() <= {settings.LANGUAGE_COOKIE_NAME}
        )
        state = state_of_the_database() if is_plain else None
        return cls(request, state) if state else None

    def found(self) -> HttpResponse | None:
        """Return the answer as it was made, if nothing was written since."""
        page = PAGES.find(self._key, self._state)
        return HttpResponse(page.content, headers=dict(page.headers)) if page else None

    def keep(self, response: HttpResponse) -> None:
        """Keep an answer, unless something was written while it was made, or it is this reader's alone."""
        is_for_all = (
            response.status_code == 200
            and not response.cookies
            and "CSRF_COOKIE" not in self._request.META
            and not getattr(self._request, "_csp_nonce", None)
        )
        if is_for_all and len(response.content) <= LARGEST_PAGE and state_of_the_database() == self._state:
            PAGES.keep(self._key, KeptPage(self._state, response.content, tuple(response.items())))


def state_of_the_database() -> Any:
    """Return what is the same for two readers only if they see the same rows; None where nothing can say that.

    Within a transaction a reader sees writes of its own, of which a snapshot does not tell.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        return cursor.fetchone()
