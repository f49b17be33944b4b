"""Who was asked to answer a survey, who has begun, who has answered; and reminders to those who have not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.choices import GOVERNMENT_AGENCY_KINDS
from directory.mail import outbox
from directory.mail.receivers import people_of
from directory.models import Agency, User
from surveys.choices import COUNT_NOWHERE, ResponseStatus
from surveys.models import Response, Survey, SurveyRequest
from web.calendar.days import today

NOT_BEGUN, BEGUN, WAITS, ANSWERED = "not_begun", "begun", "waits", "answered"


class TrackingRefused(ValueError):
    """The step is not possible, or not for this person; the message is for people."""


@dataclass(frozen=True)
class Tracked:
    """One asked agency: how far it is, and who would be written to."""

    request: SurveyRequest
    state: str
    response: Response | None
    people: Sequence[User] = ()

    @property
    def words(self) -> str:
        """How far it is, in words."""
        return {
            NOT_BEGUN: _("not begun"),
            BEGUN: _("begun"),
            WAITS: _("waits for approval"),
            ANSWERED: _("answered"),
        }[self.state]


def track(survey: Survey) -> list[Tracked]:
    """Return every asked agency with how far it is, in the order of countries; a fixed number of queries.

    Where an edition takes one response a country, the country's response is that of each of its agencies.
    """
    requests = SurveyRequest.objects.filter(survey=survey).select_related("agency__country")
    responses = list(
        Response.objects.filter(survey=survey)
        .exclude(status__in=COUNT_NOWHERE)
        .exclude(kind="compiled")
        .select_related("begun_by", "agency")
        .order_by("updated_at")
    )
    by_agency = {response.agency_id: response for response in responses if response.agency_id}
    by_country = {response.country_id: response for response in responses}
    found = []
    for request in requests.order_by("agency__country__position", "agency__name", "pk"):
        own = by_agency.get(request.agency_id)
        response = own if survey.has_agency_key else own or by_country.get(str(request.agency.country_id))
        found.append(Tracked(request, _state(response), response))
    return found


def to_remind(survey: Survey) -> list[Tracked]:
    """Return those who have not answered, with the people who would be written to: the preview of `remind`."""
    return [
        Tracked(one.request, one.state, one.response, people_of(one.request.agency_id, one.request.agency.country_id))
        for one in track(survey)
        if one.state in (NOT_BEGUN, BEGUN)
    ]


def agencies_to_ask(survey: Survey) -> list[Agency]:
    """Return the government agencies that were not asked yet, in the order of countries."""
    asked = SurveyRequest.objects.filter(survey=survey).values("agency")
    agencies = Agency.objects.active().filter(kind__in=GOVERNMENT_AGENCY_KINDS, country__isnull=False)
    return list(agencies.exclude(pk__in=asked).select_related("country").order_by("country__position", "name", "pk"))


@transaction.atomic
def ask(*, survey: Survey, agencies: Iterable[Agency], by: User) -> int:
    """Ask agencies to answer, and write to their people; return how many are new. Asked once, it is not asked again."""
    _check(by)
    new = 0
    for agency in agencies:
        _request, is_new = SurveyRequest.objects.get_or_create(survey=survey, agency=agency, defaults={"asked_by": by})
        if is_new:
            new += 1
            _write("survey_asked", f"survey_asked:{survey.pk}:{agency.pk}", survey, agency)
    return new


@transaction.atomic
def remind(*, survey: Survey, agencies: Iterable[int], by: User) -> int:
    """Remind these agencies (ids), but none that has answered; return how many were reminded. Once a day at most."""
    _check(by)
    wanted = set(agencies)
    reminded = 0
    for one in to_remind(survey):
        agency = one.request.agency
        if agency.pk not in wanted:
            continue
        written = _write("survey_reminder", f"survey_reminder:{survey.pk}:{agency.pk}:{today()}", survey, agency)
        if written:
            reminded += 1
            SurveyRequest.objects.filter(pk=one.request.pk).update(
                reminded_at=timezone.now(), reminders=F("reminders") + 1
            )
    return reminded


def _write(kind: str, key: str, survey: Survey, agency: Agency) -> int:
    return outbox.write(
        kind=kind,
        key=key,
        about={"survey": survey.pk, "agency": agency.pk},
        to=people_of(agency.pk, agency.country_id),
    )


def _state(response: Response | None) -> str:
    if response is None:
        return NOT_BEGUN
    return {
        ResponseStatus.IN_PROGRESS: BEGUN,
        ResponseStatus.SUBMITTED: WAITS,
        ResponseStatus.RECEIVED: ANSWERED,
    }[ResponseStatus(response.status)]


def _check(by: User) -> None:
    if not can(by, Action.MANAGE_SURVEYS):
        raise TrackingRefused(_("Only managers ask and remind."))
