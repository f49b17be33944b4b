"""Two people editing one posting: the second to save is told what changed, and loses nothing typed."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from surveys.models.posting import Posting

NOT_TOLD = frozenset({"updated_at", "edited_on", "submitted_at", "submitted_by"})


def parse_as_of(text: str) -> dt.datetime | None:
    """Read the instant that a page was made from; raises ValidationError for anything else."""
    try:
        return dt.datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValidationError(_("This page cannot say what it was made from: open it anew.")) from error


def saved_since(posting: Posting, as_of: dt.datetime) -> dt.datetime | None:
    """Return when the posting was saved after `as_of`, or None where it was not.

    It is held until the transaction ends, so that of two who save at once the second waits and is told.
    """
    rows = type(posting).objects.select_for_update(of=("self",), no_key=True)  # type: ignore[attr-defined]
    current: dt.datetime = rows.values_list("updated_at", flat=True).get(pk=posting.pk)
    return current if current > as_of else None


def told(posting: Posting, *, since: dt.datetime) -> str:
    """Return who saved the posting after `since`, and what it now says, field by field."""
    history = posting.history  # type: ignore[attr-defined]
    newest, before = history.first(), history.filter(updated_at__lte=since).first()
    who = newest.history_user if newest and newest.history_user else _("an import")
    changes = newest.diff_against(before).changes if newest and before else []
    fields = [
        _("%(field)s is now “%(value)s”") % {"field": label_of(posting, change.field), "value": change.new}
        for change in changes
        if change.field not in NOT_TOLD and not isinstance(change.new, list)
    ]
    return _(
        "While you had this page open, %(who)s saved it. %(fields)s What you typed is still here; save once more to "
        "keep it instead."
    ) % {"who": who, "fields": f"{'; '.join(fields)}." if fields else _("Lists or targets changed.")}


def label_of(posting: Posting, field: str) -> str:
    """Return what a field of the posting is called."""
    return capfirst(str(type(posting)._meta.get_field(field).verbose_name))  # type: ignore[union-attr]  # noqa: SLF001
