"""Whether the portal lives, and whether it is ready: what container engines, load balancers and monitoring ask.

`/healthz`: this process answers. Nothing outside of it is asked, since a restart would mend nothing there.
`/readyz`: each thing that the portal stands on, with a code for what is wrong; 503 where something is. Whoever asks
learns the code alone: messages name hosts and accounts, and are for the log.
"""

import logging
import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.connection import Connection

from feed.ready import is_kept_up
from ssc_portal.running.shared_cache import asked_cache
from ssc_portal.running.waits import BROKER_SECONDS
from web import full_disk
from web.jobs.watch import is_anybody_seen, is_nothing_late
from web.maintenance import is_read_only

logger = logging.getLogger(__name__)

OK, FAILED, PAUSED = "ok", "failed", "paused"
HOLDING = frozenset({OK, PAUSED})
"""The codes of what is as it should be."""
MEGABYTE = 1_000_000


def _database_answers() -> bool:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


# A process runs the same code as long as it lives, so migrations once seen applied need no second look.
_seen_applied: set[str] = set()


def forget_migrations() -> None:
    """Look at the migrations again at the next call."""
    _seen_applied.clear()


def _migrations_are_applied() -> bool:
    if DEFAULT_DB_ALIAS not in _seen_applied:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _seen_applied.add(DEFAULT_DB_ALIAS)
    return True


def cache_keeps() -> bool:
    """Return whether the cache of the settings keeps what it is given, not what stands in for it."""
    cache = asked_cache()
    key, value = f"readyz-{secrets.token_hex(8)}", "kept"
    cache.set(key, value, timeout=10)
    kept = cache.get(key) == value
    cache.delete(key)
    return kept


def _broker_takes_a_connection() -> bool:
    # Redis takes the first two limits, AMQP the others; each passes over what it does not know.
    names = ("socket_connect_timeout", "socket_timeout", "read_timeout", "write_timeout")
    limits = dict.fromkeys(names, BROKER_SECONDS)
    to_broker = Connection(  # type: ignore[no-untyped-call]
        settings.CELERY_BROKER_URL, connect_timeout=BROKER_SECONDS, transport_options=limits
    )
    with to_broker as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=BROKER_SECONDS)
        return bool(connection.connected)


def _static_files_are_named() -> bool:
    """Return whether pages find their style sheets: named when this process began, and still on the disk."""
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return True
    return bool(staticfiles_storage.hashed_files) and bool(staticfiles_storage.load_manifest()[0])


def _disk_has_room() -> bool:
    written = [Path(tempfile.gettempdir())]
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "sqlite":
        written += [file.parent for file in [Path(str(database.settings_dict["NAME"]))] if file.is_file()]
    return all(shutil.disk_usage(folder).free >= settings.DISK_FREE_MB * MEGABYTE for folder in written)


@dataclass(frozen=True)
class Check:
    """One thing that the portal stands on."""

    holds: Callable[[], bool]
    otherwise: str
    """The code that is told where it does not hold, or cannot be asked."""
    reads_database: bool = False
    is_needed: bool = True
    """Where it is not, it is told and the answer stays 200."""
    rests: bool = False
    """Whether it is not asked while the portal is read-only for maintenance: nobody works then."""


CHECKS = {
    "database": Check(_database_answers, "unreachable"),
    "migrations": Check(_migrations_are_applied, "missing", reads_database=True),
    "cache": Check(cache_keeps, "unreachable"),
    "broker": Check(_broker_takes_a_connection, "unreachable"),
    "worker": Check(is_anybody_seen, "silent", reads_database=True, rests=True),
    "static": Check(_static_files_are_named, "missing"),
    "disk": Check(_disk_has_room, "full"),
    # Readers are served meanwhile, so no server is taken out for it.
    "saving": Check(lambda: not full_disk.was_met(), "full", is_needed=False),
    "jobs": Check(is_nothing_late, "late", reads_database=True, is_needed=False, rests=True),
    "feed": Check(is_kept_up, "late", reads_database=True, is_needed=False, rests=True),
}


def names_asked() -> list[str]:
    """Return the names of the checks; of what the settings do not name nobody asks."""
    return [name for name in CHECKS if name != "broker" or settings.CELERY_BROKER_URL]


def codes_of(names: list[str]) -> dict[str, str]:
    """Return by name the code of each check, in their order; what cannot be asked without the database is left out."""
    codes: dict[str, str] = {}
    for name in names:
        is_database_away = codes.get("database", OK) != OK
        if not (is_database_away and CHECKS[name].reads_database):
            codes[name] = _code(name)
    if codes.get("database", OK) != OK:
        forget_migrations()
    return codes


def _code(name: str) -> str:
    if CHECKS[name].rests and is_read_only():
        return PAUSED
    try:
        return OK if CHECKS[name].holds() else CHECKS[name].otherwise
    except Exception:
        logger.exception("readyz: %s", name)
        return CHECKS[name].otherwise


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200: the process lives."""
    return JsonResponse({"status": OK})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 where all that is needed holds, else 503; with a code for each, no session and no secret.

    `exclude=` leaves a check out, and may be repeated: a load balancer leaves out what no web server can mend.
    """
    left_out = set(request.GET.getlist("exclude"))
    if unknown := sorted(left_out - CHECKS.keys()):
        told = {"status": FAILED, "unknown": unknown, "known": list(CHECKS)}
        return JsonResponse(told, status=HTTPStatus.BAD_REQUEST)
    codes = codes_of([name for name in names_asked() if name not in left_out])
    is_ready = all(code in HOLDING for name, code in codes.items() if CHECKS[name].is_needed)
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"status": OK if is_ready else FAILED, **codes}, status=status)
