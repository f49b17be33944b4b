"""Making a key, and replacing one by a successor; who makes it answers for it."""

import datetime as dt
import unicodedata
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from directory.choices import KeyScope
from directory.keys.entitled import KeyRefused, check_may_answer_for
from directory.keys.secret import digest_of, new_secret, public_part_of
from directory.models import Agency, ApiKey, User
from directory.reference.history import sign_history
from web.calendar.days import today

LONGEST = dt.timedelta(days=365)
"""A key works no longer; it is the default too."""
OVERLAP_DAYS = 7
LONGEST_OVERLAP_DAYS = 30
MOST_KEYS = 20
"""Keys in force of one agency, those that are replaced apart: each has a limit of requests of its own."""


@dataclass(frozen=True)
class NewKey:
    """A key just made, and its secret, which is shown this once and kept nowhere."""

    key: ApiKey
    secret: str = field(repr=False)


@transaction.atomic
def make(
    *,
    by: User,
    agency: Agency,
    name: str,
    scopes: Collection[str],
    expires_on: dt.date | None = None,
    form_key: uuid.UUID | None = None,
) -> NewKey:
    """Make a key for the agency; it works through the day `expires_on` (UTC), by default for a year.

    form_key: of the form by which it was asked for; the same form makes one key. Raises KeyRefused where it has made
    one, where `by` may not give these scopes for this agency, or where name, scopes or day cannot be.
    """
    # Of two who make the last key allowed at once, the second waits, and is refused.
    held = Agency.objects.select_for_update(of=("self",)).get(pk=agency.pk)
    checked = check_may_answer_for(by, agency=held, scopes=scopes)
    if form_key is not None and ApiKey.objects.filter(form_key=form_key).exists():
        raise KeyRefused(_("This form has made its key: it was shown then. If nobody kept it, revoke it."))
    if ApiKey.objects.in_force(today()).filter(agency=held, successor__isnull=True).count() >= MOST_KEYS:
        most = {"most": MOST_KEYS}
        raise KeyRefused(_("The agency has %(most)d keys already: revoke those that nobody uses.") % most)
    return _save(
        by=by,
        agency=held,
        name=_one_line(name),
        scopes=checked,
        expires_on=_last_day(expires_on),
        form_key=form_key,
    )


@transaction.atomic
def rotate(*, key: ApiKey, by: User, overlap_days: int = OVERLAP_DAYS, expires_on: dt.date | None = None) -> NewKey:
    """Make a successor with the same name and scopes; the key itself ends after the overlap (0: at the day's end).

    Raises KeyRefused where `by` may not make such a key, where it works no more or has a successor already, and where
    the overlap is longer than 30 days.
    """
    row = ApiKey.objects.select_for_update(of=("self",)).select_related("agency").get(pk=key.pk)
    scopes = check_may_answer_for(by, agency=row.agency, scopes=row.scopes)
    working = set(
        ApiKey.objects.in_force(today()).filter(pk__in=[row.pk, row.replaces_id]).values_list("pk", flat=True)
    )
    if row.pk not in working:
        raise KeyRefused(_("This key works no more: make a new one."))
    if ApiKey.objects.filter(replaces=row).exists():
        raise KeyRefused(_("This key has a successor already."))
    if row.replaces_id in working:
        raise KeyRefused(_("The key before this one works still: revoke it, or wait for its last day."))
    if not 0 <= overlap_days <= LONGEST_OVERLAP_DAYS:
        raise KeyRefused(_("Both keys work together for at most %(days)d days.") % {"days": LONGEST_OVERLAP_DAYS})
    last_day = _last_day(expires_on)
    row.expires_on = min(row.expires_on, today() + dt.timedelta(days=overlap_days))
    sign_history(row, by=by, reason="replaced")
    row.save(update_fields=["expires_on"])
    return _save(by=by, agency=row.agency, name=row.name, scopes=scopes, expires_on=last_day, replaces=row)


@sensitive_variables("secret")
def _save(
    *,
    by: User,
    agency: Agency,
    name: str,
    scopes: list[KeyScope],
    expires_on: dt.date,
    replaces: ApiKey | None = None,
    form_key: uuid.UUID | None = None,
) -> NewKey:
    secret = new_secret()
    key = ApiKey(
        agency=agency,
        name=name,
        scopes=[scope.value for scope in scopes],
        public_part=public_part_of(secret),
        digest=digest_of(secret),
        made_by=by,
        accountable=by,
        expires_on=expires_on,
        replaces=replaces,
        form_key=form_key or uuid.uuid4(),
    )
    sign_history(key, by=by, reason="made")
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as taken:
        # The same form, sent for two agencies at once.
        raise KeyRefused(_("This form has made its key: it was shown then. If nobody kept it, revoke it.")) from taken
    return NewKey(key=key, secret=secret)


def _one_line(name: str) -> str:
    """Return the name on one line. Raises KeyRefused where nothing is left, or it is too long."""
    kept = "".join(
        " " if one.isspace() else one for one in name if one.isspace() or unicodedata.category(one)[0] != "C"
    )
    line = " ".join(kept.split())
    longest = ApiKey._meta.get_field("name").max_length or 0  # noqa: SLF001 - Django documents it as public
    if not line:
        raise KeyRefused(_("Give the key a name by which people recognise what it is for."))
    if len(line) > longest:
        raise KeyRefused(_("The name has more than %(longest)d characters.") % {"longest": longest})
    return line


def _last_day(expires_on: dt.date | None) -> dt.date:
    latest = today() + LONGEST
    day = latest if expires_on is None else expires_on
    if day < today():
        raise KeyRefused(_("The last day has passed already."))
    if day > latest:
        raise KeyRefused(_("A key works for one year at most."))
    return day
