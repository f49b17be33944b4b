"""What the feed tells of: the lists of the API that have rows to copy.

Runs of the matching are no kind: they say when the portal scored, not what, and a copy needs none of them.
"""

from dataclasses import dataclass

from directory.api.readership import ReadershipViewSet
from directory.api.views import AgencyViewSet, AreaViewSet, CountryViewSet, GroupViewSet, ModalityViewSet
from matching.api.cooperation import CooperationViewSet
from matching.api.views import MatchViewSet
from practices.api.views import PracticeViewSet
from surveys.api.views import NeedViewSet, OfferViewSet, SurveyViewSet


@dataclass(frozen=True)
class ListedKind:
    """One list of the API."""

    name: str
    """As in the address of the list."""
    what: str
    """What its rows are, as marks say it."""
    view: type[ReadershipViewSet]
    id_field: str = "pk"
    """The attribute of a row that is its id in the API."""


KINDS: dict[str, ListedKind] = {
    kind.name: kind
    for kind in (
        ListedKind("agencies", "agency", AgencyViewSet, "code"),
        ListedKind("areas", "area", AreaViewSet),
        ListedKind("cooperation", "match", CooperationViewSet, "public_id"),
        ListedKind("countries", "country", CountryViewSet),
        ListedKind("groups", "group", GroupViewSet),
        ListedKind("matches", "match", MatchViewSet, "public_id"),
        ListedKind("modalities", "modality", ModalityViewSet),
        ListedKind("needs", "need", NeedViewSet),
        ListedKind("offers", "offer", OfferViewSet),
        ListedKind("practices", "practice", PracticeViewSet),
        ListedKind("surveys", "survey", SurveyViewSet, "code"),
    )
}
