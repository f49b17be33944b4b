"""Whether the portal can serve: what a load balancer and a container engine ask every few seconds."""

import logging
import secrets
from collections.abc import Callable

from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from feed.ready import is_kept_up
from web.jobs.watch import is_kept
from web.maintenance import is_read_only

logger = logging.getLogger(__name__)

PATH = "/healthz"
OK, FAILED, LATE, PAUSED = "ok", "failed", "late", "paused"


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


def _cache_keeps() -> bool:
    key, value = f"healthz-{secrets.token_hex(8)}", "kept"
    cache.set(key, value, timeout=10)
    kept = cache.get(key) == value
    cache.delete(key)
    return kept


def _result(name: str, check: Callable[[], bool]) -> str:
    try:
        return OK if check() else FAILED
    except Exception:
        # Whoever asks learns that it failed; why is for the log, since messages name hosts and accounts.
        logger.exception("healthz: %s", name)
        return FAILED


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 where database, migrations and cache are as they should be, else 503; no session, no secrets.

    Jobs that wait, or that nobody looks for, and a feed of changes that falls behind are told, and are no reason to
    take a web server out: it can do nothing for them.
    """
    checks = {"database": _result("database", _database_answers)}
    if checks["database"] == FAILED:
        forget_migrations()
    else:
        checks["migrations"] = _result("migrations", _migrations_are_applied)
    checks["cache"] = _result("cache", _cache_keeps)
    is_healthy = all(result == OK for result in checks.values())
    if is_healthy and is_read_only():
        checks["jobs"] = checks["feed"] = PAUSED
    elif is_healthy:
        checks["jobs"] = OK if is_kept() else LATE
        checks["feed"] = OK if is_kept_up() else LATE
    return JsonResponse({"status": OK if is_healthy else FAILED, **checks}, status=200 if is_healthy else 503)


class HealthMiddleware:
    """Answer /healthz before anyone looks at the Host header: a load balancer asks by address, not by name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz(request) if request.path_info == PATH else self.get_response(request)
