"""What of a survey edition waits for a person to confirm, and by when."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action, can
from directory.models import User
from surveys.models import ConfirmationRow
from workspace.waiting import Waiting


def waiting_for(user: User) -> list[Waiting]:
    """Return what the secretariat asks the person's side to confirm: one query."""
    if not can(user, Action.POST):
        return []
    rows = ConfirmationRow.objects.unanswered().writable_by(user).order_by()
    found = rows.aggregate(number=Count("pk"), due_on=Min("request__due_on"))
    if not found["number"]:
        return []
    number = found["number"]
    words = ngettext("Posting that the secretariat asks about", "Postings that the secretariat asks about", number)
    detail = _("Confirm, correct or withdraw by %(day)s.") % {"day": date_format(found["due_on"])}
    return [Waiting(words, number, reverse("workspace:confirming"), detail, is_urgent=True)]
