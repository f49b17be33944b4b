"""The two kinds of posting, as addresses and pages name them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from directory.access import Action, scope_of
from directory.models import User
from surveys.models import Need, Offer
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.versions import AT_HAND
from surveys.postings.shown.page_rows import PARTNERS, TARGETS

MODELS: dict[str, Any] = {"offer": Offer, "need": Need}
PLACES = {"offer": TARGETS, "need": PARTNERS}


@dataclass(frozen=True)
class Kind:
    """An offer or a need: its code, its rows, its addresses."""

    code: str

    @property
    def model(self) -> Any:
        """The model."""
        return MODELS[self.code]

    def readable(self, user: User) -> QuerySet[Any]:
        """Return the postings of the person's own agency or country, whatever their state, with what pages show."""
        scope = scope_of(user, Action.READ_OWN)
        rows = (self.model.objects.filter(scope.q()) if scope else self.model.objects.none()).for_lists()
        return rows.select_related("contact_person", "submitted_by").prefetch_related(PLACES[self.code], AT_HAND)

    def get_readable(self, user: User, pk: int) -> Any:
        """Return a posting of the own side; 404 for any other."""
        return _or_404(self.readable(user), pk)

    def get_writable(self, user: User, pk: int) -> Any:
        """Return a posting that the person may change; 404 for any other."""
        rows = self.model.objects.writable_by(user).for_lists()
        return _or_404(rows.select_related("contact_person").prefetch_related(PLACES[self.code], AT_HAND), pk)

    def address(self, name: str = "", pk: int | None = None) -> str:
        """Return the address of a page: of the list, of a posting, or of one of a posting's own pages."""
        full = f"workspace:{self.code}{f'-{name}' if name else ''}"
        return reverse(full, args=[pk]) if pk is not None else reverse(full)


def kind_of(posting: Posting) -> Kind:
    """Return the kind of a posting."""
    return Kind("offer" if isinstance(posting, Offer) else "need")


def _or_404(rows: QuerySet[Any], pk: int) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row
