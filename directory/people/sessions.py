"""What a log-in is worth: which second factors a session has passed, and what ends it.

A right is asked of the session, not of the account: who logged in by a password alone has no rights of the secretariat
in that session, whatever the account has set up since. `User.affiliations_that_count` is the one place that asks; this
module tells the object of a request what its session has passed. allauth keeps the record of it in the session: each
second factor that was shown, by id, so that a factor that is taken away takes along what was passed with it.
"""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from django.contrib.auth import update_session_auth_hash
from django.db.models import F
from django.http import HttpRequest

from directory.models import User

NONE_PASSED: frozenset[int] = frozenset()


def tell_factors_passed(request: HttpRequest, user: User) -> None:
    """Set on `user`, who acts in this request, which second factors its session has passed."""
    records = get_authentication_records(request, user)
    passed = frozenset(record["id"] for record in records if record.get("method") == "mfa" and "id" in record)
    user.factors_passed = passed
    user.__dict__.pop("current_affiliations", None)


def end_sessions(user: User) -> None:
    """End all sessions of the person; the one that acts in this request goes on where it is the person's own."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    request = context.request
    if request is None or not hasattr(request, "session") or request.user.pk != user.pk:
        return
    request.user.session_epoch = user.session_epoch
    update_session_auth_hash(request, request.user)


def note_new_factor(sender: Any, instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """End the sessions from before a new factor: they have not passed it.

    The session that set it up has shown it just now, unless there were others that it has not passed.
    """
    if not created or raw:
        return
    end_sessions(instance.user)
    request = context.request
    if request is None or not hasattr(request, "session") or request.user.pk != instance.user_id:
        return
    others = set(sender.objects.filter(user=instance.user_id).exclude(pk=instance.pk).values_list("pk", flat=True))
    if instance.type != sender.Type.RECOVERY_CODES and (not others or others & (request.user.factors_passed or set())):
        record_authentication(request, request.user, "mfa", id=instance.pk, type=instance.type)


def note_factor_gone(sender: Any, instance: Any, **kwargs: Any) -> None:
    """End the other sessions: one of them may have been what the factor was taken away for."""
    end_sessions(instance.user)


def note_factor_passed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Tell the person at once, who may act on in the same request."""
    if request.user.is_authenticated and request.user.pk == user.pk:
        tell_factors_passed(request, request.user)
