"""Keeping a search under a name, and what it finds for its person today."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from directory.models import User
from surveys.choices import Side
from surveys.filtersets import NeedFilter, OfferFilter, open_unless_asked
from surveys.models import Need, Offer, SavedSearch
from web.filters import ListFilterSet, refusals
from web.lists.pages import CLOSED

LONGEST_NAME = 80
LONGEST_QUERY = 2_000
MOST_SEARCHES = 30
NOT_KEPT = frozenset({"page", "ordering"})

KINDS: Mapping[Side, tuple[Any, type[ListFilterSet[Any]]]] = {
    Side.OFFER: (Offer, OfferFilter),
    Side.NEED: (Need, NeedFilter),
}


class SearchRefused(ValueError):
    """The search cannot be saved; the message is for people."""


@transaction.atomic
def save(*, by: User, side: Side, name: str, query: str) -> SavedSearch:
    """Save the query of a list under a name, over the search that has it already; what it finds today is no news.

    query: as it stands in the address of the list; page, order and what is left empty are left out. Raises
    SearchRefused for a name or a query that cannot be kept.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SearchRefused(
            _("Give the search a name of at most %(limit)d characters that can be seen.") % {"limit": LONGEST_NAME}
        )
    kept = _kept(query)
    encoded = kept.urlencode()
    if len(encoded) > LONGEST_QUERY:
        raise SearchRefused(_("This search is too long to be saved."))
    if _understood(side, kept, by) is None:
        raise SearchRefused(_("The list does not know this search. Search again in the list and save it there."))
    # Held, so that two windows of one person do not save one more than there may be.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    own = SavedSearch.objects.filter(user=by)
    if not own.filter(name=name).exists() and own.count() >= MOST_SEARCHES:
        raise SearchRefused(_("You keep %(limit)d searches already: remove one first.") % {"limit": MOST_SEARCHES})
    search = SavedSearch(user=by, side=side, name=name, query=encoded)
    defaults = {"side": side, "query": encoded, "known": found_ids(search)}
    return SavedSearch.objects.update_or_create(user=by, name=name, defaults=defaults)[0]


def remove(*, by: User, pk: int) -> bool:
    """Remove one's own search; return whether there was one."""
    return bool(SavedSearch.objects.filter(user=by, pk=pk).delete()[0])


def forget_searches(*, user: User, **_kwargs: Any) -> None:
    """Remove what the person keeps, whose personal details are erased: names of searches are its own words."""
    SavedSearch.objects.filter(user=user).delete()


def found_ids(search: SavedSearch) -> list[int]:
    """Return the numbers of the postings that the search finds for its person today, in order.

    None where the list does not know the query any more: an area, agency or group that it names has gone.
    """
    side, asked = Side(search.side), QueryDict(search.query)
    filterset = _understood(side, asked, search.user)
    if filterset is None:
        return []
    rows = open_unless_asked(filterset.qs, asked)
    return sorted(rows.order_by().values_list("pk", flat=True))


def _understood(side: Side, asked: QueryDict, user: User) -> ListFilterSet[Any] | None:
    """Return the query as the list reads it for the person; None where the list refuses it."""
    model, filterset_class = KINDS[side]
    filterset = filterset_class(asked, queryset=model.objects.visible_to(user))
    is_refused = refusals(asked, filterset, also=frozenset({CLOSED})) or asked.get(CLOSED, "1") != "1"
    return None if is_refused else filterset


def _kept(query: str) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name, values in QueryDict(query.lstrip("?")).lists():
        given = [value for value in values if value.strip()]
        if given and name not in NOT_KEPT:
            kept.setlist(name, given)
    return kept
