"""Asks a country: by note verbale or letter, and by mail whoever is designated there. Nobody else is written to.

Each row is put to those who may act for its posting (`people_of`). Who is designated only after the letter, as its
answer often is that designation, is written to by the daily work, with time to answer left.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from directory.mail import outbox
from directory.mail.receivers import people_of
from directory.models import User
from surveys.choices import AskedBy, RowOutcome
from surveys.confirming.campaigns import ConfirmingRefused, check_manages, lock_request, save
from surveys.models import ConfirmationRequest, ConfirmationRow
from surveys.models.confirming import ConfirmationRowQuerySet
from surveys.postings.deciding.windows import stops_of
from web.calendar.days import today
from web.calendar.working_days import Period, last_day_of_term

LEAST_NOTICE_DAYS = 10
"""Working days that are left at least once somebody designated was asked, or reminded."""


@transaction.atomic
def record_sent(
    *, request: ConfirmationRequest, way: AskedBy, by: User, on: dt.date, addressee: str = "", reference: str = ""
) -> ConfirmationRequest:
    """Record that a country was asked on the day `on`; whoever is designated there gets a mail.

    Raises ConfirmingRefused where it was asked already, for a letter without its addressee or from a day to come, and
    for a mail where nobody is designated.
    """
    check_manages(by)
    held = lock_request(request)
    if held.sent_on is not None or held.closed_on is not None or held.campaign.closed_on is not None:
        said = _("%(country)s was asked already, or the campaign is closed.")
        raise ConfirmingRefused(said % {"country": held.country})
    if on > today() or on < held.campaign.begun_on:
        raise ConfirmingRefused(_("It was sent between the day on which the campaign began and today."))
    if not open_rows(held).exists():
        raise ConfirmingRefused(_("Nothing is left to ask of %(country)s.") % {"country": held.country})
    if way != AskedBy.MAIL and not addressee.strip():
        raise ConfirmingRefused(_("Say to which mission or ministry it was addressed."))
    held.way, held.addressee, held.reference = way, addressee.strip(), reference.strip()
    held.sent_on, held.due_on = on, held.campaign.closes_on
    if not put_to_designated(held, on=today()) and way == AskedBy.MAIL:
        said = _("Nobody of %(country)s is designated: ask its mission or ministry by letter.")
        raise ConfirmingRefused(said % {"country": held.country})
    save(held, by=by)
    return held


def put_to_designated(request: ConfirmationRequest, *, on: dt.date) -> int:
    """Write to those designated since for rows that nobody was asked about; return how many rows. The caller saves."""
    asked: list[ConfirmationRow] = []
    people: dict[int, User] = {}
    for row in open_rows(request).filter(designated_asked=False):
        if own := people_of(row.posting.agency_id, row.posting.country_id):
            asked.append(row)
            people |= {person.pk: person for person in own}
    if not asked:
        return 0
    _write("confirmation_asked", _key_of_asking(request, asked), request, people.values())
    ConfirmationRow.objects.filter(pk__in=[row.pk for row in asked]).update(designated_asked=True)
    request.designated_on = request.designated_on or on
    leave_notice(request, on)
    return len(asked)


def ask_newly_designated(on: dt.date) -> int:
    """Write, for the day `on`, to who was designated since its country was asked; return how many rows were put."""
    put = 0
    waiting = ConfirmationRow.objects.unanswered().filter(designated_asked=False).order_by()
    for request in _in_turn(waiting.values_list("request", flat=True)):
        with transaction.atomic():
            held = lock_request(request)
            if held.closed_on is None and (number := put_to_designated(held, on=on)):
                put += number
                save(held, by=None)
    return put


def remind(on: dt.date) -> int:
    """Remind, once, the designated people of each country that is silent; return how many mails are new."""
    written = 0
    silent = ConfirmationRow.objects.unanswered().filter(designated_asked=True, request__reminded_on__isnull=True)
    for request in _in_turn(silent.order_by().values_list("request", flat=True)):
        if request.answered_on is not None or request.designated_on is None or on <= reminder_day(request):
            continue
        with transaction.atomic():
            held = lock_request(request)
            if held.reminded_on is not None or held.answered_on is not None or held.closed_on is not None:
                continue
            people = {
                person.pk: person
                for row in open_rows(held).filter(designated_asked=True)
                for person in people_of(row.posting.agency_id, row.posting.country_id)
            }
            held.reminded_on = on
            leave_notice(held, on)
            save(held, by=None)
            written += _write("confirmation_reminder", f"confirmation_reminder:{held.pk}", held, people.values())
    return written


def move_with_clocks(on: dt.date) -> int:
    """Give countries whose clock stood still since they were asked as many days more; return how many have moved."""
    moved = 0
    for request in _in_turn(ConfirmationRow.objects.unanswered().order_by().values_list("request", flat=True)):
        if request.due_on is not None and (due := moved_by_stops(request)) > request.due_on:
            with transaction.atomic():
                held = lock_request(request)
                held.due_on = due
                save(held, by=None)
            moved += 1
    return moved


def reminder_day(request: ConfirmationRequest, *, stops: Collection[Period] | None = None) -> dt.date:
    """Return the last day of the term after which a silent country is reminded.

    stops: the times in which its clock stood still, for who has read those of many; None: they are read here.
    """
    begin = request.designated_on or request.sent_on
    if begin is None:
        raise ValueError(f"Request {request.pk} was never sent.")
    stopped = stops_of(request.country_id, since=begin) if stops is None else stops
    return last_day_of_term(begin, request.campaign.reminder_days, request.country_id, stopped=stopped)


def moved_by_stops(request: ConfirmationRequest) -> dt.date:
    """Return the day that the secretariat set, later by every day on which the country's clock has stood still."""
    if request.sent_on is None:
        return request.campaign.closes_on
    stops = stops_of(request.country_id, since=request.sent_on)
    day, left = request.sent_on, (request.campaign.closes_on - request.sent_on).days
    while left > 0:
        day += dt.timedelta(days=1)
        left -= not any(first <= day <= last for first, last in stops)
    return max(day, request.campaign.closes_on)


def open_rows(request: ConfirmationRequest) -> ConfirmationRowQuerySet:
    """Return the rows of a request for which nothing was done, with their postings."""
    return ConfirmationRow.objects.filter(request=request, outcome=RowOutcome.OPEN).with_postings().order_by("pk")


def leave_notice(request: ConfirmationRequest, on: dt.date) -> None:
    """Move the country's day, where it is nearer, so that it has working days enough left. The caller saves."""
    least = least_due(request, on)
    request.due_on = max(request.due_on or least, least)


def least_due(request: ConfirmationRequest, on: dt.date) -> dt.date:
    """Return the day that leaves a country working days enough from the day `on`, on which it is written to."""
    stopped = stops_of(request.country_id, since=on)
    return last_day_of_term(on, LEAST_NOTICE_DAYS, request.country_id, stopped=stopped)


def _in_turn(pks: Iterable[int | None]) -> list[ConfirmationRequest]:
    rows = ConfirmationRequest.objects.select_related("campaign__survey", "country")
    return list(rows.filter(pk__in=set(pks)).order_by("pk"))


def _key_of_asking(request: ConfirmationRequest, rows: Iterable[ConfirmationRow]) -> str:
    """Return the key of a mail that each person gets once: and once more for what joined after it was written."""
    joined = max((row.joined_on for row in rows if row.joined_on is not None), default=None)
    return f"confirmation_asked:{request.pk}" + (f":{joined.isoformat()}" if joined else "")


def _write(kind: str, key: str, request: ConfirmationRequest, people: Iterable[User]) -> int:
    return outbox.write(kind=kind, key=key, about={"request": request.pk}, to=people)
