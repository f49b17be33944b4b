"""Asking the secretariat about a posting, and what becomes of that.

1. A person of an agency asks about a posting that it sees, and may say which of its own it has in mind.
2. Where its country has a single window, the coordinator sees the enquiry first, and passes it on or keeps it back.
3. The secretariat answers, or proposes the pair: a match begins then as any other does.

The other side learns of it only by such a proposal: nothing here touches a posting, a match or what is read of them.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.choices import Role
from directory.mail import outbox
from directory.mail.receivers import secretariat_people
from directory.models import Agency, User
from matching.choices import ENQUIRIES_OPEN, EnquiryState
from matching.life.seen.sides import OTHER_SIDE
from matching.models import Enquiry
from surveys.choices import PostingStatus, Side
from surveys.models import Need, Offer
from surveys.postings.deciding.windows import coordinators_before

MOST_A_DAY = 20
"""Enquiries of one person within 24 hours."""
ERASED = "—"
MODELS: dict[Side, Any] = {Side.OFFER: Offer, Side.NEED: Need}


class EnquiryRefused(ValueError):
    """The enquiry cannot be taken so; the message is for people."""


class TooManyEnquiries(EnquiryRefused):
    """The person has asked as much as it may within a day; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(_("You have asked %(number)d times within a day. Ask again later.") % {"number": MOST_A_DAY})
        self.retry_after = retry_after


def to_ask_about(user: User, side: Side) -> QuerySet[Any]:
    """Return the published postings that the person sees and may ask about: those of others."""
    model = MODELS[side]
    scope = scope_of(user, Action.ASK_ABOUT_POSTINGS)
    if not scope:
        none: QuerySet[Any] = model.objects.none()
        return none
    seen: QuerySet[Any] = model.objects.visible_to(user).filter(status=PostingStatus.PUBLISHED)
    # Not by exclude(): a posting without an agency is in no scope of agencies, and NOT NULL is not true.
    within = model.objects.filter(scope.q()).order_by().values("pk")
    return seen.exclude(pk__in=within)


def own_to_name(user: User, side: Side, agency: Agency) -> QuerySet[Any]:
    """Return the own published postings of the other kind, to one of which an enquiry of the agency may refer.

    Those of its country that the person answers for: who serves agencies of two countries asks through the window of
    the one that it asks for.
    """
    scope = scope_of(user, Action.ASK_ABOUT_POSTINGS)
    model = MODELS[OTHER_SIDE[side]]
    if not scope:
        none: QuerySet[Any] = model.objects.none()
        return none
    together = Q(agency=agency)
    if agency.country_id:
        together |= Q(country=agency.country_id) | Q(agency__country=agency.country_id)
    own: QuerySet[Any] = model.objects.filter(scope.q(), together, status=PostingStatus.PUBLISHED)
    return own.order_by("title", "pk")


@transaction.atomic
def ask(*, side: Side, posting: Need | Offer, by: User, agency: Agency, own: Need | Offer | None, text: str) -> Enquiry:
    """Record what a person asks about a posting of somebody else; asking the same twice is once.

    side: which kind the posting is. agency: for which of its agencies the person asks. own: which of its own postings
    it has in mind. Raises EnquiryRefused for what is not for it to ask, where it has asked otherwise about the same and
    that is still open, and TooManyEnquiries.
    """
    scope = scope_of(by, Action.ASK_ABOUT_POSTINGS)
    if not scope.covers(agency_id=agency.pk, countries=frozenset({agency.country_id})):
        raise EnquiryRefused(_("You do not ask for this agency."))
    if not to_ask_about(by, side).filter(pk=posting.pk).exists():
        raise EnquiryRefused(_("This posting is not one to ask about: it is your own, or not published any more."))
    if own is not None and not own_to_name(by, side, agency).filter(pk=own.pk).exists():
        raise EnquiryRefused(_("Choose one of your own published postings, or none."))
    # One after the other: ten windows do not ask more than one.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    pair = {side.value: posting, OTHER_SIDE[side].value: own}
    known = Enquiry.objects.filter(_is_pair(pair), asked_by=by, state__in=ENQUIRIES_OPEN).first()
    text = text.strip()
    if known is not None:
        if known.text != text:
            raise EnquiryRefused(_("You have asked about this already. Withdraw that first to ask otherwise."))
        return known
    _check_limit(by)
    waits = coordinators_before(by, agency)
    enquiry = Enquiry.objects.create(
        side=side,
        asked_by=by,
        agency=agency,
        text=text,
        state=EnquiryState.WITH_COORDINATOR if waits else EnquiryState.WITH_SECRETARIAT,
        received_at=None if waits else timezone.now(),
        **pair,
    )
    if waits:
        _write("enquiry_to_pass", enquiry, waits)
    else:
        _tell_secretariat(enquiry)
    return enquiry


@transaction.atomic
def withdraw(*, enquiry: Enquiry, by: User) -> Enquiry:
    """Take back one's own enquiry while it is open. Raises EnquiryRefused for others, and once it is answered.

    A proposal that came of it meanwhile stays: that is answered as any other.
    """
    locked = _lock(enquiry)
    if locked.asked_by_id != by.pk or not locked.is_open:
        raise EnquiryRefused(_("This enquiry is not open any more."))
    locked.state, locked.withdrawn_at = EnquiryState.WITHDRAWN, timezone.now()
    locked.save()
    return locked


@transaction.atomic
def pass_on(*, enquiry: Enquiry, by: User) -> Enquiry:
    """Pass an enquiry of one's own country on to the secretariat. Raises EnquiryRefused where it does not wait."""
    locked = _waiting_for(enquiry, by)
    locked.received_at = timezone.now()
    _save_decision(locked, by, EnquiryState.WITH_SECRETARIAT)
    _tell_secretariat(locked)
    return locked


@transaction.atomic
def keep_back(*, enquiry: Enquiry, by: User) -> Enquiry:
    """Not pass an enquiry of one's own country on. Raises EnquiryRefused where it does not wait."""
    locked = _waiting_for(enquiry, by)
    _save_decision(locked, by, EnquiryState.KEPT_BACK)
    return locked


@transaction.atomic
def answer(*, enquiry: Enquiry, by: User, text: str) -> Enquiry:
    """Answer an enquiry, once. Raises EnquiryRefused for others than the secretariat, and for one that is not open."""
    if not can(by, Action.REVIEW_MATCHES):
        raise EnquiryRefused(_("Enquiries are answered by the secretariat."))
    locked = _lock(enquiry)
    if locked.state != EnquiryState.WITH_SECRETARIAT:
        raise EnquiryRefused(_("This enquiry does not wait for an answer any more."))
    if not text.strip():
        raise EnquiryRefused(_("Write the answer."))
    locked.state, locked.answer = EnquiryState.ANSWERED, text.strip()
    locked.answered_by, locked.answered_at = by, timezone.now()
    locked.save()
    _write("enquiry_answered", locked, [locked.asked_by])
    return locked


def erase_enquiries(sender: type[User], *, user: User, **kwargs: Any) -> None:
    """Take away what a person asked, and what it was answered; that it asked stays, under its number."""
    asked = Enquiry.objects.filter(asked_by=user)
    asked.exclude(answer="").update(answer=ERASED)
    asked.exclude(text="").update(text=ERASED)


def _is_pair(pair: dict[str, Any]) -> Q:
    """Return the condition that an enquiry is about these two, or about the one alone."""
    return Q(*(Q((name, row)) if row is not None else Q((f"{name}__isnull", True)) for name, row in pair.items()))


def _check_limit(by: User) -> None:
    day = dt.timedelta(days=1)
    asked = Enquiry.objects.filter(asked_by=by, asked_at__gt=timezone.now() - day).order_by("asked_at")
    moments = list(asked.values_list("asked_at", flat=True))
    if len(moments) >= MOST_A_DAY:
        raise TooManyEnquiries(int((moments[-MOST_A_DAY] + day - timezone.now()).total_seconds()) + 1)


def _waiting_for(enquiry: Enquiry, by: User) -> Enquiry:
    locked = _lock(enquiry)
    if not Enquiry.objects.to_pass_on_by(by).filter(pk=locked.pk).exists():
        raise EnquiryRefused(_("This enquiry does not wait for you."))
    return locked


def _save_decision(enquiry: Enquiry, by: User, state: EnquiryState) -> None:
    enquiry.state, enquiry.passed_by, enquiry.passed_at = state, by, timezone.now()
    enquiry.save()


def _lock(enquiry: Enquiry) -> Enquiry:
    rows = Enquiry.objects.select_related("need", "offer", "asked_by", "agency")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=enquiry.pk)


def _tell_secretariat(enquiry: Enquiry) -> None:
    _write("enquiry", enquiry, secretariat_people(Role.REVIEWER))


def _write(kind: str, enquiry: Enquiry, to: list[User]) -> None:
    outbox.write(kind=kind, key=f"{kind}:{enquiry.pk}", about={"enquiry": enquiry.pk}, to=to)
