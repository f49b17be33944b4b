"""For which of their agencies a person is at work at the moment: what new postings begin with, not what is allowed."""

from typing import Any

from django.http import HttpRequest

from directory.access import GRANTS, Action, is_member

KEY = "affiliation"


def affiliations_to_choose(request: HttpRequest) -> list[Any]:
    """Return the person's affiliations in which it works here, in a fixed order."""
    if not is_member(request.user):
        return []
    return [one for one in request.user.affiliations_that_count if Action.READ_OWN in GRANTS[one.role]]


def current_affiliation(request: HttpRequest) -> Any | None:
    """Return the one that the person chose last in this session, else the first; None where there is none."""
    own = affiliations_to_choose(request)
    chosen = request.session.get(KEY)
    return next((one for one in own if one.pk == chosen), own[0] if own else None)


def choose_affiliation(request: HttpRequest, pk: int) -> bool:
    """Remember the affiliation for this session; return whether it is one of the person's own."""
    if pk not in {one.pk for one in affiliations_to_choose(request)}:
        return False
    request.session[KEY] = pk
    return True
