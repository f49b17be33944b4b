"""What fills the mails about enquiries: as their reader may see things when they are sent."""

from collections.abc import Mapping
from typing import Any

from directory.access import Action, can
from directory.mail.kinds import Purpose, register
from directory.models import User
from matching.choices import EnquiryState
from matching.models import Enquiry

Filling = Mapping[str, Any] | None


@register("enquiry", purpose=Purpose.ACCOUNT)
def _enquiry(reader: User | None, about: Mapping[str, Any]) -> Filling:
    """Return the enquiry; None once it waits no more, or the reader does not answer."""
    if reader is None or not can(reader, Action.REVIEW_MATCHES):
        return None
    return _of(Enquiry.objects.to_answer().for_lists().filter(pk=about["enquiry"]).first(), reader)


@register("enquiry_to_pass", purpose=Purpose.ACCOUNT)
def _to_pass(reader: User | None, about: Mapping[str, Any]) -> Filling:
    """Return the enquiry; None once it is decided, or not the reader's to decide."""
    return _of(Enquiry.objects.to_pass_on_by(reader).for_lists().filter(pk=about["enquiry"]).first(), reader)


@register("enquiry_answered", purpose=Purpose.ACCOUNT)
def _answered(reader: User | None, about: Mapping[str, Any]) -> Filling:
    """Return the enquiry, for who asked it."""
    if reader is None:
        return None
    answered = Enquiry.objects.for_lists().filter(asked_by=reader, state=EnquiryState.ANSWERED)
    return _of(answered.filter(pk=about["enquiry"]).first(), reader)


def _of(enquiry: Enquiry | None, reader: User | None) -> Filling:
    """Return the enquiry, and the posting while it is for the reader to see."""
    if enquiry is None:
        return None
    posting = enquiry.posting
    is_seen = type(posting).objects.visible_to(reader).filter(pk=posting.pk).exists()
    return {"enquiry": enquiry, "posting": posting if is_seen else None}
