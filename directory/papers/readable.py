"""Who may read a letter: decided here, for its scan and for whatever lists letters."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from directory.access import Action, can, scope_of
from directory.models import Paper, User


def papers_readable_by(user: User | AnonymousUser | None) -> QuerySet[Paper]:
    """Return the letters that the person may read: the secretariat all, a side its own, and no side the other's.

    What a country wrote to the secretariat before its agency was asked is for who approves for the country.
    """
    if can(user, Action.READ_EVERYTHING):
        return Paper.objects.all()
    own, approved = scope_of(user, Action.READ_OWN), scope_of(user, Action.APPROVE_POSTINGS)
    readable = Q(pk__in=())
    if own:
        readable |= Q(is_for_approvers=False) & own.q()
    if approved:
        readable |= approved.q()
    return Paper.objects.filter(readable)
