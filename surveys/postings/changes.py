"""A posting changed: said here, once a write, inside its transaction, by the module that writes postings."""

from collections.abc import Collection

from django.db import connection
from django.db.transaction import TransactionManagementError

from directory.models import User
from surveys.models.postings.posting import Posting
from surveys.signals import postings_changed


def tell_postings_changed(model: type[Posting], ids: Collection[int], *, by: User | None) -> None:
    """Say that these offers or needs are not what they were, to those who listen in the transaction that is open.

    by: who did it, None from a command. Raises TransactionManagementError where no transaction is open: what listeners
    write would then stand though the change does not.
    """
    if not ids:
        return
    if not connection.in_atomic_block:
        raise TransactionManagementError("A change of postings is said inside its transaction.")
    postings_changed.send(sender=model, ids=ids, by=by)
