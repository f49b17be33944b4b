"""People that wait for a person: to be validated, once a year."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action, can
from directory.models import User
from directory.people.revalidation import due_for
from web.calendar.days import today
from workspace.waiting import Waiting


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for the person, in one query."""
    if not can(user, Action.INVITE):
        return []
    count = due_for(user, today()).count()
    if not count:
        return []
    words = ngettext("Person to validate", "People to validate", count)
    return [Waiting(words, count, reverse("workspace:people"), _("Say whether they still serve."))]
