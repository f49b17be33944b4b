"""Own postings about to close or not confirmed, what waits for one's approval, and surveys to answer."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directory.access import GRANTS, Action, can
from directory.models import Agency, User
from surveys.answering import filling_in, sending_in
from surveys.choices import PostingStatus, ResponseStatus, VersionState
from surveys.models import Need, Offer, Response
from web.calendar.days import first_day_not_ended, today
from workspace.home.lists import MOST_SHOWN, HomeList, HomeRow, Link, row_of
from workspace.postings.kinds import MODELS
from workspace.postings.lists import EXPIRING_WITHIN

ANSWERED = (ResponseStatus.RECEIVED, ResponseStatus.SUBMITTED)


def survey_list(user: User, *, most: int = MOST_SHOWN) -> list[HomeList]:
    """Return the open surveys that an agency of the person has not answered; for who answers for one: two queries."""
    agencies = [agency for agency in _agencies_of(user) if filling_in.may_answer(user, agency)]
    if not agencies:
        return []
    surveys = list(filling_in.open_surveys().order_by("closes_on", "pk"))
    asked = {
        (survey.pk, filling_in.key_of(survey, agency)): (survey, agency) for survey in surveys for agency in agencies
    }
    answers = Response.objects.filter(survey__in=surveys, status__in=ANSWERED, key__in={key for _pk, key in asked})
    done = set(answers.values_list("survey", "key"))
    # Where a survey takes one response a country, it is asked once, of whichever of its agencies.
    rows = [
        HomeRow(
            title=str(survey),
            address=reverse("workspace:survey", args=[survey.code]),
            party=str(agency),
            detail=_("Open until %(day)s") % {"day": date_format(survey.closes_on, "DATE_FORMAT")}
            if survey.closes_on
            else "",
        )
        for known, (survey, agency) in asked.items()
        if known not in done
    ]
    return [
        HomeList(
            code="surveys",
            heading=_("Surveys to answer"),
            empty=_("No survey waits for your answers."),
            rows=rows[:most],
            has_more=len(rows) > most,
            see_all=(Link(_("See all"), reverse("workspace:surveys")),),
        )
    ]


def approval_list(user: User, *, most: int = MOST_SHOWN) -> list[HomeList]:
    """Return what waits for the person's approval, the oldest first: three queries, for who approves."""
    if not can(user, Action.APPROVE_POSTINGS):
        return []
    found: list[tuple[Any, HomeRow]] = []
    for kind, model in MODELS.items():
        waiting = model.objects.awaiting_approval_by(user).select_related("country", "agency__country")
        words = _("Offer") if kind == "offer" else _("Need")
        for posting in waiting.order_by("waits_since", "pk")[: most + 1]:
            row = row_of(posting, reverse(f"workspace:{kind}", args=[posting.pk]), words)
            found.append((posting.waits_since, row))
    for response in sending_in.awaiting_approval_by(user)[: most + 1]:
        address = reverse("workspace:response", args=[response.pk])
        party = str(response.agency or response.country)
        found.append((response.submitted_at, HomeRow(str(response.survey), address, party, detail=_("Survey answers"))))
    found.sort(key=lambda one: str(one[0]))
    return [
        HomeList(
            code="approvals",
            heading=_("To approve"),
            empty=_("Nothing waits for your approval."),
            rows=[row for _at, row in found[:most]],
            has_more=len(found) > most,
            see_all=(Link(_("See all"), reverse("workspace:approvals")),),
        )
    ]


def own_posting_lists(user: User) -> list[HomeList]:
    """Return the own postings about to close, and those not confirmed; for who may change them: two queries each."""
    if not can(user, Action.POST):
        return []
    return [
        _of_own(
            user,
            "closing",
            _("Postings about to close"),
            _("No posting of yours closes within 30 days."),
            Q(closes_on__gte=first_day_not_ended(), closes_on__lt=today() + EXPIRING_WITHIN),
            order="closes_on",
            detail=lambda row: _("closes on %(day)s") % {"day": date_format(row.closes_on, "DATE_FORMAT")},
        ),
        _of_own(
            user,
            "unconfirmed",
            _("Postings not confirmed"),
            _("All your published postings are confirmed."),
            Q(confirmed_on__isnull=True),
            order="stated_on",
            detail=_why_unconfirmed,
        ),
    ]


def _of_own(
    user: User,
    code: str,
    heading: str,
    empty: str,
    condition: Q,
    *,
    order: str,
    detail: Callable[[Any], str],
) -> HomeList:
    found: list[tuple[str, HomeRow]] = []
    for kind, model in MODELS.items():
        own = model.objects.writable_by(user).filter(
            condition, status=PostingStatus.PUBLISHED, submitted_at__isnull=True
        )
        own = own.exclude(own.with_version(VersionState.WAITING))
        for row in own.select_related("country", "agency__country", "response").order_by(order, "pk")[: MOST_SHOWN + 1]:
            words = f"{_kind(row)}, {detail(row)}" if code == "closing" else f"{_kind(row)}. {detail(row)}"
            found.append((str(getattr(row, order)), row_of(row, reverse(f"workspace:{kind}", args=[row.pk]), words)))
    found.sort(key=lambda one: one[0])
    return HomeList(
        code=code,
        heading=heading,
        empty=empty,
        rows=[row for _day, row in found[:MOST_SHOWN]],
        has_more=len(found) > MOST_SHOWN,
        see_all=_own_lists(code),
    )


def _why_unconfirmed(row: Offer | Need) -> str:
    if row.is_compiled:
        return _("From public sources. Post in its place, or withdraw it.")
    return _("Read from a survey. Confirm, correct, or say that it no longer holds.")


def _own_lists(state: str) -> Sequence[Link]:
    return (
        Link(_("All such offers"), f"{reverse('workspace:offers')}?state={state}"),
        Link(_("All such needs"), f"{reverse('workspace:needs')}?state={state}"),
    )


def _kind(posting: Offer | Need) -> str:
    return _("Offer") if isinstance(posting, Offer) else _("Need")


def _agencies_of(user: User) -> Iterable[Agency]:
    return [one.agency for one in user.affiliations_that_count if Action.READ_OWN in GRANTS[one.role]]
