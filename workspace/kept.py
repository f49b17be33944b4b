"""What a person typed into a form when the session had ended: kept until they have logged in again.

It stands in the visitor's own new session, for one hour, and is given back to the form at the same address.
"""

import time
from typing import Any

from django.http import HttpRequest, QueryDict

KEY = "kept_form"
SECONDS = 3600
MOST_CHARACTERS = 200_000
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "do"})


def keep(request: HttpRequest) -> bool:
    """Keep what was posted to this address; return whether it was kept: no more than 200,000 characters are."""
    lists = {name: values for name, values in request.POST.lists() if name not in NEVER_KEPT}
    if sum(len(name) + sum(map(len, values)) for name, values in lists.items()) > MOST_CHARACTERS:
        return False
    request.session[KEY] = {"path": request.path, "at": int(time.time()), "lists": lists}
    request.session.set_expiry(SECONDS)
    return True


def give_back(request: HttpRequest) -> QueryDict | None:
    """Return, once, what was kept for this address; None where there is nothing, or it is too old."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    if kept is None or kept["path"] != request.path:
        return None
    del request.session[KEY]
    # The visitor's short session has become the person's own by logging in.
    request.session.set_expiry(None)
    if time.time() - kept["at"] > SECONDS:
        return None
    data = QueryDict(mutable=True)
    for name, values in kept["lists"].items():
        data.setlist(name, values)
    return data
