"""What has to happen every day, each part on its own: one that fails does not keep the others from happening."""

import datetime as dt
import logging
from collections.abc import Callable

from django.contrib.sessions.models import Session
from django.utils import timezone

from directory.choices import MailState, Role
from directory.keys import departures
from directory.keys import reminding as reminding_of_keys
from directory.mail import outbox
from directory.mail.receivers import coordinators_of, secretariat_people
from directory.mail.sending import send_due
from directory.models import Mail
from directory.people import leaving, revalidation
from feed.sequencing.beginning import ask_for_a_pass
from feed.sequencing.forgetting import forget_gone
from matching.life import following, lapsing, silence
from matching.life.answers import clearing, refusing
from matching.life.telling import digests
from matching.runs import due
from matching.runs.rematch import match_marked
from matching.runs.storing import forget_changes
from matching.topic.stored import forget_unused
from matching.triangular.lapsing import lapse_expired_options
from surveys.confirming import asking, closing, joining
from surveys.erasing import respondents
from surveys.postings import reminding
from surveys.saved_searches import telling
from web.api.writing.idempotency import forget_answers
from workspace.home import weekly

logger = logging.getLogger(__name__)

Part = Callable[[dt.date], int]


def write_revalidations(on: dt.date) -> int:
    """Ask coordinators, and managers for coordinators, whether people still serve; once a person and year."""
    written = 0
    for affiliation in revalidation.due(on).select_related("agency"):
        is_focal_point = affiliation.role == Role.FOCAL_POINT
        coordinators = coordinators_of(affiliation.agency.country_id, None) if is_focal_point else []
        since = affiliation.since  # type: ignore[attr-defined]
        written += outbox.write(
            kind="revalidation_due",
            key=f"revalidation_due:{affiliation.pk}:{since}",
            about={"affiliation": affiliation.pk},
            to=coordinators or secretariat_people(Role.MANAGER),
        )
    return written


RESETS_KEPT_FOR = dt.timedelta(days=30)


def forget_resets(on: dt.date) -> int:
    """Remove what is known of asking for a new password a month before the day `on`; return how many mails."""
    rows = Mail.objects.filter(kind__in=("password_reset", "no_account"), created_at__date__lt=on - RESETS_KEPT_FOR)
    return rows.delete()[0]


MAILS_KEPT_FOR = dt.timedelta(days=730)
MAILS_THAT_ENDED = (MailState.SENT, MailState.DROPPED, MailState.FAILED, MailState.UNCERTAIN)


def forget_mails(on: dt.date) -> int:
    """Remove mails written two years before the day `on` that nobody will send; return how many.

    A row keeps the mail of its event from being written a second time, so it outlives by far whatever it tells of.
    """
    return Mail.objects.filter(state__in=MAILS_THAT_ENDED, created_at__date__lt=on - MAILS_KEPT_FOR).delete()[0]


def forget_sessions() -> int:
    """Remove sessions that have ended, with what stood in them; return how many. Nothing else ever does."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


PARTS: dict[str, Part] = {
    "matches lapsed": lambda on: lapsing.lapse_expired(),
    "triangular options lapsed": lambda on: lapse_expired_options(),
    "matching runs begun": due.start_of_day,
    "marks of postings matched": lambda on: match_marked(),
    "terms of answers moved": silence.bring_terms_up_to_date,
    "proposals passed on": clearing.pass_on_due,
    "refusals passed on": refusing.pass_on_due,
    "sides reminded to answer": silence.remind,
    "proposals closed without an answer": silence.close,
    "days of confirmations moved": asking.move_with_clocks,
    "rows that joined a campaign": joining.join_new_rows,
    "rows put to the newly designated": asking.ask_newly_designated,
    "countries reminded to confirm": asking.remind,
    "rows retired that nobody confirmed": closing.close,
    "reminders of matches": following.write_reminders,
    "reminders of postings": reminding.write_reminders,
    "people to validate": write_revalidations,
    "digests": digests.write_digests,
    "news of saved searches": telling.write_news,
    # Last of what comes once a week: it notes whose week is dealt with.
    "weekly summaries": weekly.write_weekly,
    "keys that nobody answers for": departures.note_departures,
    "reminders of keys": reminding_of_keys.write_reminders,
    "people erased": leaving.erase_due,
    "respondents erased": respondents.erase_due,
    "sessions that ended removed": lambda on: forget_sessions(),
    "mails of forgotten passwords removed": forget_resets,
    "old mails removed": forget_mails,
    "answers kept for repeats removed": forget_answers,
    "vectors of texts forgotten": forget_unused,
    "changes by old runs forgotten": forget_changes,
    "rows gone for long forgotten by the feeds": forget_gone,
    "passes over the feeds begun": ask_for_a_pass,
    "mails sent": lambda on: send_due().get("sent", 0),
}


def run_daily(on: dt.date) -> tuple[dict[str, int], list[str]]:
    """Do all parts for the day `on`; return how many each did, and the names of those that failed.

    Safe to run as often as one likes: what was done is not done again.
    """
    done: dict[str, int] = {}
    failed: list[str] = []
    for name, part in PARTS.items():
        try:
            done[name] = part(on)
        except Exception:  # the others must happen; the exit code of the command says that this one did not
            logger.exception("A part of the daily work failed: %s", name)
            failed.append(name)
    return done, failed
