"""The cache that all processes share, and the memory of each where that one does not answer.

It holds counters of log-ins and requests, and what can be worked out again. Without it nobody is kept out: each process
counts for itself, so a limit holds as often as there are processes, and what others had counted begins anew. That is
said in the log, in /readyz and in the metrics.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

CANNOT_SERVE = (LostConnection, NoAnswer, OutOfMemoryError, ReadOnlyError)
ASKED_AGAIN_AFTER = 5.0
"""Seconds. A page asks several times: only the first is to wait for a server that says nothing."""
TOLD_EVERY = 60.0
"""Seconds."""
MOST_ENTRIES = 10_000
"""In the memory of a process. Django's own limit of 300 would forget who had tried to log in."""

logger = logging.getLogger(__name__)


class Outage:
    """Since when the shared cache cannot serve, as this process has seen it; one for all of its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ask_again_at = self._tell_again_at = 0.0
        self.is_on = False

    def end(self) -> None:
        """Note that it serves again."""
        self.is_on = False

    def lets_ask(self) -> bool:
        """Return whether to ask the shared cache, which is tried anew every few seconds."""
        return not self.is_on or time.monotonic() >= self._ask_again_at

    def note(self, error: Exception) -> bool:
        """Note that it could not serve, and say so now and then; return whether the outage begins with this."""
        with self._lock:
            now = time.monotonic()
            begins, self.is_on = not self.is_on, True
            self._ask_again_at = now + ASKED_AGAIN_AFTER
            if now >= self._tell_again_at:
                self._tell_again_at = now + TOLD_EVERY
                logger.error("The cache cannot be used, each process counts for itself: %s", type(error).__name__)
            return begins


outage = Outage()


def _by_whoever_can(operation: str) -> Callable[..., Any]:
    """Return a cache's operation of this name: done by the shared one, else by the process."""

    def do(self: "SharedCache", *arguments: Any, **named: Any) -> Any:
        if outage.lets_ask():
            try:
                done = getattr(self.shared, operation)(*arguments, **named)
            except CANNOT_SERVE as error:
                if outage.note(error):
                    # What is left of an outage before this one is old.
                    self.own.clear()
            else:
                if outage.is_on:
                    outage.end()
                return done
        return getattr(self.own, operation)(*arguments, **named)

    return do


class SharedCache(BaseCache):
    """Redis, and the process while Redis does not answer: the one door through which all counters go."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = params.get("OPTIONS", {})
        # A connection that the server has closed is opened anew at once; one that is silent is not waited for again.
        retry = Retry(NoBackoff(), 1, supported_errors=(LostConnection,))
        self.shared = RedisCache(server, {**params, "OPTIONS": {"retry": retry, **options}})
        self.own = LocMemCache("while-the-shared-one-is-away", {**params, "OPTIONS": {"MAX_ENTRIES": MOST_ENTRIES}})

    add = _by_whoever_can("add")
    get = _by_whoever_can("get")
    set = _by_whoever_can("set")
    touch = _by_whoever_can("touch")
    delete = _by_whoever_can("delete")
    get_many = _by_whoever_can("get_many")
    set_many = _by_whoever_can("set_many")
    delete_many = _by_whoever_can("delete_many")
    has_key = _by_whoever_can("has_key")
    incr = _by_whoever_can("incr")
    clear = _by_whoever_can("clear")


def asked_cache() -> BaseCache:
    """Return the cache that the settings name, without what stands in for it: for whoever asks how it is."""
    cache = caches[DEFAULT_CACHE_ALIAS]
    return cache.shared if isinstance(cache, SharedCache) else cache
