"""How long the portal waits for what is outside of it: database, cache, broker, mail server, job. Every wait ends.

A limit is shorter than the patience of whoever waits behind it: gunicorn gives up a worker after 60 seconds, a proxy
mostly a request. Nothing is lost by one: a mail is sent again, a job is taken up again, a page says when to come back.
"""

from typing import Any

CONNECT_SECONDS = 5
"""For a server to take a connection."""
CACHE_SECONDS = 2
"""For the cache to answer: it holds counters alone."""
BROKER_SECONDS = 2
"""For the broker to take a connection: a page that hands a job out waits for it, and its row is found later."""
MAIL_SECONDS = 20
"""For each word of a mail server."""

SOFT_SECONDS, HARD_SECONDS = 3_600, 3_900
"""For a job of a worker, unless it says otherwise: the largest import takes half an hour."""

MAILS, RUNS = "mails", "runs"
"""Queues of their own: neither holds the other up, nor anything else."""
ROUTES = {
    "directory.tasks.*": {"queue": MAILS},
    "matching.tasks.*": {"queue": RUNS},
}


def bound_database(database: dict[str, Any], *, statement_seconds: int) -> None:
    """Give a PostgreSQL database of Django's settings its limits, in place; whoever set one in its address keeps it.

    statement_seconds: for one statement; 0 has none, which is what jobs need. A server that went away without a word
    is noticed after a minute.
    """
    options = database.setdefault("OPTIONS", {})
    limits = {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
    }
    if statement_seconds:
        limits["options"] = f"-c statement_timeout={statement_seconds}s"  # type: ignore[assignment]
    database["OPTIONS"] = {**limits, **options}


def bound_cache(cache: dict[str, Any]) -> None:
    """Give a Redis cache of Django's settings its limits, and what serves while it does not answer, in place."""
    if cache["BACKEND"].endswith("RedisCache"):
        cache["BACKEND"] = "ssc_portal.running.shared_cache.SharedCache"
        limits = {"socket_connect_timeout": CACHE_SECONDS, "socket_timeout": CACHE_SECONDS}
        cache["OPTIONS"] = {**limits, **cache.get("OPTIONS", {})}
