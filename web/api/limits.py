"""How many requests a caller may still make: counted by key, person or address, and told in each answer.

The header fields are those of the IETF's draft "RateLimit header fields for HTTP", as structured fields:
`RateLimit-Policy: "anonymous";q=300;w=60` and `RateLimit: "anonymous";r=299;t=58`.

A window begins with the caller's first request. What tells callers apart is nothing that they write themselves: the
row of a key that opened the API, the account of a session, else the address of the connection. Credentials that open
nothing count as their address does, so that trying keys is no way round its limit.
"""

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

ANONYMOUS, USER, KEY, MATCH = "anonymous", "user", "key", "match"
SCOPES = {ANONYMOUS: "anon", USER: "user", KEY: "key", MATCH: "match"}
"""By policy, the name of its rate in the settings of REST framework."""
NETWORK_OF_ONE = 64
"""Bits of an IPv6 address that say whose it is: the rest a caller chooses anew as often as it likes."""


@dataclass(frozen=True)
class Standing:
    """Where a caller stands: `quota` requests in `window` seconds, of which it has used some; it begins anew after."""

    policy: str
    quota: int
    window: int
    used: int
    resets_in: int

    @property
    def is_exceeded(self) -> bool:
        """Whether this request was one too many."""
        return self.used > self.quota

    def headers(self) -> dict[str, str]:
        """Return the fields that an answer carries."""
        left = max(0, self.quota - self.used)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={self.window}',
            "RateLimit": f'"{self.policy}";r={left};t={self.resets_in}',
        }


def count(request: Request, *, is_refused: bool = False, cost: int = 1, apart: str = "") -> None:
    """Count a request, once it is known who calls. Raises Throttled where it is one too many.

    is_refused: what it carried to say who calls opened nothing. cost: as how many requests it counts. apart: the policy
    of an endpoint that costs more than others, counted besides, of which the answer then tells.
    """
    plain: HttpRequest = request._request  # noqa: SLF001 - it has no other name
    policy, who = (ANONYMOUS, address_of(plain)) if is_refused else _caller_of(request)
    standing = _standing(apart or policy, f"{policy}:{who}" if apart else who, cost=cost)
    plain.rate_standing = standing  # type: ignore[attr-defined]
    if standing is not None and standing.is_exceeded:
        raise Throttled(wait=standing.resets_in)


def address_of(request: HttpRequest) -> str:
    """Return the address of the connection, or the one that a trusted proxy names; of IPv6 its network."""
    ident = str(BaseThrottle().get_ident(request))  # type: ignore[arg-type]
    try:
        address = ipaddress.ip_address(ident)
    except ValueError:
        return ident
    if not isinstance(address, ipaddress.IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, NETWORK_OF_ONE), strict=False))


class RateLimitMiddleware:
    """Puts the fields on every answer of the API, also on those that were given before any endpoint was asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/api/"):
            standing = getattr(request, "rate_standing", None) or _standing(ANONYMOUS, address_of(request), cost=0)
            for name, value in standing.headers().items() if standing is not None else ():
                response[name] = value
        return response


def _caller_of(request: Request) -> tuple[str, str]:
    if request.auth is not None:
        return KEY, str(request.auth.pk)
    if request.user.is_authenticated:
        return USER, str(request.user.pk)
    return ANONYMOUS, address_of(request._request)  # noqa: SLF001


def _standing(policy: str, who: str, *, cost: int) -> Standing | None:
    """Return where the caller stands after another `cost` requests; None where the policy has no limit."""
    rate = SimpleRateThrottle.THROTTLE_RATES.get(SCOPES[policy])
    if rate is None:
        return None
    quota, window = _parsed(rate)
    now = time.time()
    name = f"api-limit:{policy}:{who}"
    began = float((cache.get_or_set(name, now, window) if cost else cache.get(name)) or now)
    counter = f"{name}:{began}"
    used = _add(counter, cost, window) if cost else int(cache.get(counter, 0))
    return Standing(policy, quota, window, used, max(1, math.ceil(began + window - now)))


def _add(counter: str, cost: int, window: int) -> int:
    """Add to a counter, which no other process does at the same moment."""
    try:
        return cache.incr(counter, cost)
    except ValueError:  # it is not there yet
        # Longer than the window: it never ends before the moment from which it counts does.
        cache.add(counter, 0, window * 2)
        return cache.incr(counter, cost)


def _parsed(rate: str) -> tuple[int, int]:
    number, _slash, period = rate.partition("/")
    return int(number), {"s": 1, "m": 60, "h": 3_600, "d": 86_400}[period[0]]
