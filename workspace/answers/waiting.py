"""Surveys that wait for a person: to answer, sent back, to approve."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action, can
from surveys.answering import filling_in, sending_in
from surveys.choices import ResponseStatus
from surveys.models import Response
from workspace.current import current_affiliation
from workspace.waiting import Waiting


def waiting_for(request: HttpRequest) -> list[Waiting]:
    """Return what of surveys waits for the person, for the agency at work."""
    user = request.user
    found = []
    affiliation = current_affiliation(request)
    if affiliation is not None and can(user, Action.POST) and filling_in.may_answer(user, affiliation.agency):  # type: ignore[arg-type]
        surveys = list(filling_in.open_surveys())
        own = Response.objects.filter(
            survey__in=surveys, key__in=[filling_in.key_of(survey, affiliation.agency) for survey in surveys]
        )
        done = {one.survey_id for one in own if one.status in (ResponseStatus.RECEIVED, ResponseStatus.SUBMITTED)}
        count = len([survey for survey in surveys if survey.pk not in done])
        if count:
            words = ngettext("Survey to answer", "Surveys to answer", count)
            detail = _("Your answers are saved as you write. A colleague can continue them.")
            found.append(Waiting(words, count, reverse("workspace:surveys"), detail))
    if can(user, Action.APPROVE_POSTINGS):
        count = sending_in.awaiting_approval_by(user).count()  # type: ignore[arg-type]
        if count:
            words = ngettext("Survey answers to approve", "Survey answers to approve", count)
            found.append(Waiting(words, count, reverse("workspace:approvals"), is_urgent=True))
    return found
