"""What a person typed into a form when the session had ended: carried through the log-in, and given back to them.

A form that is shown to a person names them in a signed field. Where it is sent after the session has ended, the log-in
is shown in the answer and carries what was typed, signed: nothing is stored for somebody who is not logged in. With
the right password it goes into the session of the person whom the form named, of no other, for one hour, and from
there back into the form at the same address.
"""

import time
from typing import Any

from django.core import signing
from django.http import HttpRequest, QueryDict

KEY = "kept_form"
SALT = "workspace.kept"
SECONDS = 3600
MOST_CHARACTERS = 200_000
PERSON_FIELD = "typed_by"
CARRIED_FIELD = "typed"
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "do", PERSON_FIELD})


def sign_person(user: Any) -> str:
    """Return what a form carries to say to whom it was shown."""
    return signing.Signer(salt=SALT).sign(str(user.pk))


def carry_typed(request: HttpRequest) -> str:
    """Return what was posted to this address, signed, for the log-in to carry.

    It is empty where the form names nobody to whom the portal showed it, or for more than 200,000 characters.
    """
    try:
        person = signing.Signer(salt=SALT).unsign(request.POST.get(PERSON_FIELD, ""))
    except signing.BadSignature:
        return ""
    lists = {name: values for name, values in request.POST.lists() if name not in NEVER_KEPT}
    if sum(len(name) + sum(map(len, values)) for name, values in lists.items()) > MOST_CHARACTERS:
        return ""
    kept = {"person": person, "path": request.path, "at": int(time.time()), "lists": lists}
    return signing.dumps(kept, salt=SALT, compress=True)


def read_carried(carried: str) -> dict[str, Any] | None:
    """Return what `carry_typed` has signed within the hour; None for anything else."""
    try:
        kept: dict[str, Any] = signing.loads(carried, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return kept


def keep_carried(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Take what the log-in carries into the session of the person who typed it; a step of the log-in has succeeded."""
    kept = read_carried(request.POST.get(CARRIED_FIELD, ""))
    if kept is not None and kept["person"] == str(user.pk):
        request.session[KEY] = kept


def give_back(request: HttpRequest) -> QueryDict | None:
    """Return, once, what was kept for this person and address; None where there is nothing, or it is too old."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    if kept is None or kept["path"] != request.path:
        return None
    del request.session[KEY]
    if kept["person"] != str(request.user.pk) or time.time() - kept["at"] > SECONDS:
        return None
    data = QueryDict(mutable=True)
    for name, values in kept["lists"].items():
        data.setlist(name, values)
    return data
