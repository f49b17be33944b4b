"""What people have built on postings: matches and options that they decided, released or proposed."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from matching.choices import MatchStatus
from matching.models import Match, TriangularOption

NOT_BUILT_ON = (MatchStatus.SUGGESTED, MatchStatus.LAPSED)
MOST_SAID = 20


def on_import_undoing(sender: Any, offers: Sequence[int], needs: Sequence[int], **kwargs: Any) -> list[str]:
    """Return, for an import that is to be undone, a sentence for each match that a person has decided or released."""
    built = Match.objects.filter(Q(offer__in=offers) | Q(need__in=needs)).exclude(
        status__in=NOT_BUILT_ON, released_at__isnull=True
    )
    return [
        _("The match “%(match)s” was decided or released by a person.") % {"match": match}
        for match in built.select_related("need", "offer")[:MOST_SAID]
    ]


def on_import_undoing_options(sender: Any, offers: Sequence[int], needs: Sequence[int], **kwargs: Any) -> list[str]:
    """Return, for an import that is to be undone, a sentence for each triangular option that a person has decided."""
    uses = Q(need__in=needs) | Q(pivotal_offer__in=offers) | Q(facilitating_offer__in=offers)
    built = TriangularOption.objects.decided().filter(uses)
    return [
        _("The triangular option “%(option)s” was decided by a person.") % {"option": option}
        for option in built.select_related("need", "pivotal_offer", "facilitating_offer")[:MOST_SAID]
    ]
