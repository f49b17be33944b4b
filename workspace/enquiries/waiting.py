"""Enquiries that wait for a coordinator, to be passed on."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action, can
from directory.models import User
from matching.models import Enquiry
from workspace.waiting import Waiting


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits: one query, for those who approve."""
    if not can(user, Action.APPROVE_POSTINGS) or not can(user, Action.ASK_ABOUT_POSTINGS):
        return []
    count = Enquiry.objects.to_pass_on_by(user).count()
    if not count:
        return []
    words = ngettext("Enquiry to pass on", "Enquiries to pass on", count)
    detail = _("Of an agency of your country, to the secretariat.")
    return [Waiting(words, count, reverse("workspace:enquiries"), detail, is_urgent=True)]
