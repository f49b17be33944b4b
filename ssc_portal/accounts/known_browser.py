"""Browsers from which an account has logged in before: what strangers guess does not lock these out.

Wrong passwords are counted for each account, whatever the address they come from, so that nobody guesses on: but then
five guesses by anyone would lock the owner out. A browser that has logged in before carries a signed cookie, and has a
budget of its own (the "device cookie" of OWASP). It is set at a log-in, and by the link of a mail that sets a new
password, never for readers; is read by the pages of accounts alone, and gives nothing but that budget.
"""

import datetime as dt
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from directory.models import User

COOKIE = "known_browser"
PATH = "/accounts/"
LASTS = dt.timedelta(days=180)
"""Counted anew at each log-in."""
MOST_ACCOUNTS = 5
"""People who share a browser; whoever logged in longest ago is forgotten first."""


def browser_of(request: HttpRequest, email: str) -> str | None:
    """Return the name of this browser for the account of that address; None where it has not logged in here before."""
    known = _read(request)
    if not known:
        return None
    pk = User.objects.filter(pk__in=known, email__iexact=email).values_list("pk", flat=True).first()
    return None if pk is None else f"{pk}:{known[str(pk)]}"


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let the browser be known to the account that has just logged in, or proved its address."""
    known = _read(request)
    own = known.pop(str(user.pk), None) or secrets.token_urlsafe(12)
    kept = dict([*known.items(), (str(user.pk), own)][-MOST_ACCOUNTS:])
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=COOKIE),
        max_age=LASTS,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, str]:
    """Return the accounts that the cookie names, by their number, each with its name for this browser."""
    try:
        known: dict[str, str] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=LASTS)
    except signing.BadSignature:
        return {}
    return known
