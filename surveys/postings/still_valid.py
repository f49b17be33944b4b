"""One click in a mail, "still valid?": a signed link for one person and posting, which asks before it changes."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing

from directory.models import User
from surveys.choices import WithdrawalReason
from surveys.models import Need, Offer
from surveys.postings import approval, states
from surveys.postings.deciding.windows import publishes_alone
from web.calendar.days import today

SALT = "surveys.postings.still_valid"
SECONDS = 60 * 24 * 3600
MODELS: dict[str, Any] = {"offer": Offer, "need": Need}


@dataclass(frozen=True)
class StillValidLink:
    """The person and the posting of a link that works."""

    user: User
    posting: Any
    kind: str


def address(user: User, kind: str, pk: int) -> str:
    """Return the address of the page that asks."""
    token = signing.dumps({"user": user.pk, "kind": kind, "posting": pk}, salt=SALT)
    return f"{settings.PORTAL_URL}/mail/still-valid/{token}/"


def read_token(token: str) -> StillValidLink | None:
    """Return what the link asks; None for one not ours, older than 60 days, or whose person may not act any more."""
    try:
        given = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=given["user"], is_active=True).first()
    rows = MODELS[given["kind"]].objects.writable_by(user).published().for_lists()
    row = rows.filter(pk=given["posting"]).first()
    return None if user is None or row is None else StillValidLink(user=user, posting=row, kind=given["kind"])


def say_yes(asked: StillValidLink) -> bool:
    """Confirm the posting as of today; return False where the confirmation has to be approved first."""
    if publishes_alone(asked.user, asked.posting):
        states.confirm(posting=asked.posting, by=asked.user, on=today())
        return True
    approval.submit(posting=asked.posting, by=asked.user)
    return False


def say_no(asked: StillValidLink) -> None:
    """Withdraw the posting: it no longer holds."""
    states.withdraw(posting=asked.posting, by=asked.user, reason=WithdrawalReason.NO_LONGER_HOLDS)
