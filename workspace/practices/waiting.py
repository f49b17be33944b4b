"""What of practices waits for a person: changes that are asked for, drafts, questions to pass on."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action, can
from directory.models import User
from practices.choices import PracticeStatus
from practices.models import Practice, PracticeQuestion
from workspace.waiting import Waiting


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits: two queries for those who post and approve."""
    found = _of_practices(user) if can(user, Action.POST) else []
    if can(user, Action.APPROVE_POSTINGS) and (count := PracticeQuestion.objects.to_pass_on_by(user).count()):
        words = ngettext("Question to pass on", "Questions to pass on", count)
        detail = _("Of an agency of your country, to the secretariat.")
        found.append(Waiting(words, count, reverse("workspace:questions"), detail, is_urgent=True))
    return found


def _of_practices(user: User) -> list[Waiting]:
    numbers = Practice.objects.of(user, Action.POST).aggregate(
        changes=Count("pk", filter=Q(status=PracticeStatus.CHANGES_ASKED)),
        drafts=Count("pk", filter=Q(status=PracticeStatus.DRAFT)),
    )
    address = reverse("workspace:practices")
    found = []
    if count := numbers["changes"]:
        words = ngettext("Practice to change", "Practices to change", count)
        detail = _("The secretariat has asked for changes in a note.")
        found.append(Waiting(words, count, f"{address}?state={PracticeStatus.CHANGES_ASKED}", detail, is_urgent=True))
    if count := numbers["drafts"]:
        words = ngettext("Draft of a practice", "Drafts of practices", count)
        found.append(Waiting(words, count, f"{address}?state={PracticeStatus.DRAFT}", _("Not sent in yet.")))
    return found
