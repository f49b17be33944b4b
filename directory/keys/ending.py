"""How a key ends before its last day, and how somebody takes over one whose person has left."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.keys.entitled import KeyRefused, check_may_answer_for, may_end
from directory.models import ApiKey, User
from directory.reference.history import sign_history
from web.calendar.days import today


@transaction.atomic
def revoke(*, key: ApiKey, by: User) -> ApiKey:
    """End a key at once: the next request with it is refused. Twice is once.

    Raises KeyRefused where `by` neither answers for it nor manages the keys of its agency.
    """
    row = _held(key)
    if not may_end(by, row):
        raise KeyRefused(_("You revoke keys of the agencies for which you make them."))
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = timezone.now(), by
        sign_history(row, by=by, reason="revoked")
        row.save(update_fields=["revoked_at", "revoked_by"])
    return row


@transaction.atomic
def adopt(*, key: ApiKey, by: User) -> ApiKey:
    """Answer for a key from now on, as if one had made it; if it was to end for want of a person, it does not.

    Raises KeyRefused where the key works no more, or `by` could not make it today.
    """
    row = _held(key)
    check_may_answer_for(by, agency=row.agency, scopes=row.scopes)
    if not ApiKey.objects.in_force(today()).filter(pk=row.pk).exists():
        raise KeyRefused(_("This key works no more: make a new one."))
    if row.accountable_id != by.pk or row.adopt_by is not None:
        row.accountable, row.adopt_by = by, None
        sign_history(row, by=by, reason="adopted")
        row.save(update_fields=["accountable", "adopt_by"])
    return row


def _held(key: ApiKey) -> ApiKey:
    return ApiKey.objects.select_for_update(of=("self",)).select_related("agency").get(pk=key.pk)
