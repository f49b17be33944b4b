"""Which matches may be proposed today: the rule that `review.propose` asks of one match, for many at once too."""

from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _

from directory.mail.receivers import spoken_for
from matching import engine
from matching.choices import EventKind
from matching.life.steps import MATCH_STEPS, ReviewRefused, check_open
from matching.models import Match
from matching.models.fits.match import MatchQuerySet
from matching.scoring.profiles import default_profile, gates_only
from matching.scoring.reading_arrays import ScoringTables
from surveys.models.postings.posting import published_q
from web.calendar.days import today


def check(match: Match) -> None:
    """Raise ReviewRefused where the match as given cannot be proposed, whether or not the two fit today."""
    check_open(match, EventKind.PROPOSED)
    check_not_on_hold(match)
    for posting in (match.need, match.offer):
        if not posting.is_confirmed:
            raise ReviewRefused(
                _("Only confirmed postings can be proposed; “%(posting)s” is not confirmed yet.") % {"posting": posting}
            )


def check_not_on_hold(match: Match) -> None:
    """Raise ReviewRefused for a match on hold."""
    if match.on_hold_at is not None:
        raise ReviewRefused(_("This match is on hold; record first that the check is cleared or referred."))


def proposable(matches: MatchQuerySet) -> MatchQuerySet:
    """Return those of the matches that `review.propose` would take today, as far as one query can say.

    What `check` asks, both postings published and not paused, and somebody who speaks for each. Whether the two fit
    today (open, another side, shared area …) the engine says: see `fitting`.
    """
    return matches.filter(
        published_q(prefix="need__"),
        published_q(prefix="offer__"),
        spoken_for("need__"),
        spoken_for("offer__"),
        status__in=MATCH_STEPS[EventKind.PROPOSED].open_from,
        on_hold_at__isnull=True,
        need__confirmed_on__isnull=False,
        offer__confirmed_on__isnull=False,
    )


def fitting(pairs: Sequence[tuple[int, int]]) -> list[bool]:
    """Return of each pair (need id, offer id) whether no gate closes it today; a fixed number of queries."""
    if not pairs:
        return []
    tables = ScoringTables.read(
        on=today(),
        profile=gates_only(default_profile()),
        need_ids={need for need, _offer in pairs},
        offer_ids={offer for _need, offer in pairs},
    )
    wanted = np.array(pairs, dtype=np.int64)
    closed = engine.closed(
        tables.needs,
        tables.offers,
        tables.reach,
        tables.preference,
        tables.profile,
        need_index=np.searchsorted(tables.needs.ids, wanted[:, 0]),
        offer_index=np.searchsorted(tables.offers.ids, wanted[:, 1]),
    )
    return [not is_closed for is_closed in closed.tolist()]
