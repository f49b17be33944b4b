"""A reviewer's own views of the queue: filters, order and search under a name."""

from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching.models import SavedView

LONGEST_NAME = 80
LONGEST_QUERY = 2_000
MOST_VIEWS = 30
NOT_KEPT = frozenset({"p", "e", "_changelist_filters"})


class ViewRefused(ValueError):
    """The view cannot be saved; the message is for people."""


@transaction.atomic
def save(*, by: User, name: str, query: str) -> SavedView:
    """Save the query of a list under a name, over the one that has it already; the page number is left out."""
    name = " ".join(name.split())
    if not can(by, Action.READ_EVERYTHING):
        raise ViewRefused(_("Views are for the secretariat."))
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ViewRefused(
            _("Give the view a name of at most %(limit)d characters that can be seen.") % {"limit": LONGEST_NAME}
        )
    kept = urlencode([(key, value) for key, value in parse_qsl(query.lstrip("?")) if key not in NOT_KEPT])
    if len(kept) > LONGEST_QUERY:
        raise ViewRefused(_("These filters are too long to be saved."))
    if not by.saved_views.filter(name=name).exists() and by.saved_views.count() >= MOST_VIEWS:
        raise ViewRefused(_("You have %(limit)d views already: delete one first.") % {"limit": MOST_VIEWS})
    view, _is_new = SavedView.objects.update_or_create(user=by, name=name, defaults={"query": kept})
    return view


def delete(*, by: User, pk: int) -> bool:
    """Delete one's own view; return whether there was one."""
    return bool(SavedView.objects.filter(user=by, pk=pk).delete()[0])
