"""Which postings may take which part in an option: by what is allowed, by country, by the kind of agency."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from directory.choices import THIRD_PARTY_KINDS, AgencyKind
from matching.scoring.inputs import Inputs
from matching.scoring.levels import NO_ROW
from matching.scoring.places import offers_used_up
from matching.scoring.reading_arrays import ListKind
from matching.triangular.options import Roles
from surveys.models import Need, Offer
from surveys.models.postings.posting import Posting, PostingQuerySet


def open_and_allowing(postings: PostingQuerySet[Any], lists: ListKind = ListKind.DESK) -> PostingQuerySet[Any]:
    """Return the postings that are open now and allow a facilitating partner."""
    open_now = postings.published().open_now().filter(facilitating_allowed=True)
    if postings.model is not Offer or lists == ListKind.SHOWN:
        return open_now
    return open_now.exclude(pk__in=offers_used_up())


def read_roles(inputs: Inputs, lists: ListKind) -> Roles:
    """Return who may take which part now, and which offers are confirmed: three queries.

    Call it in the transaction that writes the options.
    At least two developing countries take part: those of the need and of the pivotal offer.
    """
    needs = set(open_and_allowing(Need.objects.all()).order_by().values_list("pk", flat=True))
    offers = open_and_allowing(Offer.objects.all(), lists)
    kind_of = dict(offers.order_by().values_list("pk", "agency__kind"))
    allows = _each(inputs.offers.ids, lambda pk: pk in kind_of)
    is_third_party = _each(inputs.offers.ids, lambda pk: _is_third_party(kind_of.get(pk)))
    is_secretariat = _each(inputs.offers.ids, lambda pk: kind_of.get(pk) == AgencyKind.SECRETARIAT)
    confirmed = set(Offer.objects.filter(confirmed_on__isnull=False).order_by().values_list("pk", flat=True))
    is_of_a_country = inputs.offers.country != NO_ROW
    return Roles(
        beneficiary=_each(inputs.needs.ids, lambda pk: pk in needs) & of_the_south(inputs, inputs.needs.country),
        pivotal=allows & of_the_south(inputs, inputs.offers.country) & ~is_secretariat,
        facilitating=allows & (is_third_party | is_of_a_country) & ~is_secretariat,
        confirmed=_each(inputs.offers.ids, confirmed.__contains__),
    )


def of_the_south(inputs: Inputs, country: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which of these countries, columns of the inputs, are of the South on the day of the run."""
    # A last entry for "no country", which is looked up as -1.
    return np.append(inputs.south, False)[country]


def may_facilitate(posting: Posting) -> bool:
    """Return whether an offer's agency, or country, is one of the kinds that facilitate: as `read_roles` says it."""
    kind = posting.agency.kind if posting.agency else None
    if kind == AgencyKind.SECRETARIAT:
        return False
    return _is_third_party(kind) or posting.posting_country is not None


def _is_third_party(kind: str | None) -> bool:
    """Whether an agency of this kind facilitates, even where it is of no country.

    One that is of a country may in any case: of a developed one, or of the South ("triple-South").
    """
    return kind in THIRD_PARTY_KINDS


def _each(ids: NDArray[np.int64], holds: Callable[[int], bool]) -> NDArray[np.bool_]:
    return np.fromiter((holds(pk) for pk in ids.tolist()), dtype=np.bool_, count=len(ids))
