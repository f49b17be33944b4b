"""What fills the mails of this app: for one side of a match, as its reader may see it when the mail is sent."""

import datetime as dt
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from directory.mail.kinds import Purpose, register
from directory.models import User
from matching.choices import CONTACTS_SHOWN, COOPERATION, DECIDED, MatchStatus
from matching.life.seen.sides import OTHER_SIDE, posting_of, shown_state, side_row, sides_of
from matching.life.telling.digests import MOST_LISTED, new_matches_of
from matching.models import Match
from surveys.choices import Side

Filling = Mapping[str, Any] | None


TRUE_IN = {
    "clearance_asked": {MatchStatus.PROPOSED},
    "proposed": {MatchStatus.PROPOSED},
    "not_taken_forward": {MatchStatus.NOT_TAKEN_FORWARD},
    "introduced": CONTACTS_SHOWN,
    "agreed": COOPERATION,
    "outcome_to_confirm": COOPERATION,
    "follow_up": DECIDED,
}
"""The states of a match in which a mail says what is so; one that waited past them is not sent."""


def _for_a_side(statuses: Collection[MatchStatus], reader: User | None, about: Mapping[str, Any]) -> Filling:
    """Return the match, the reader's side of it and what that side is told; for an office only that there is one."""
    side = Side(about["side"])
    match = Match.objects.for_lists().prefetch_related("sides").filter(pk=about["match"], status__in=statuses).first()
    row = side_row(match, side) if match else None
    if match is None or row is None:
        return None
    terms = {"answer_due_on": row.answer_due_on, "clearance_due_on": row.clearance_due_on}
    if reader is None:
        return {"match": None, "party": posting_of(match, side).party, **terms}
    is_shown = Match.objects.visible_to(reader).filter(pk=match.pk).exists()
    if not is_shown or side not in sides_of(reader, match):
        return None
    return {
        "match": match,
        "side": side,
        "own": posting_of(match, side),
        "party": posting_of(match, side).party,
        "other": posting_of(match, OTHER_SIDE[side]),
        "state": shown_state(match, reader, side),
        **terms,
    }


@register("unanswered", purpose=Purpose.REMINDER)
def _unanswered(reader: User | None, about: Mapping[str, Any]) -> Filling:
    """Return the proposal that waits for the reader's side; None where the side has answered since."""
    filled = _for_a_side({MatchStatus.PROPOSED}, reader, about)
    return filled if filled and (reader is None or filled["state"].code == "asked") else None


for code, statuses in TRUE_IN.items():
    purpose = Purpose.REMINDER if code == "follow_up" else Purpose.ACCOUNT
    register(code, purpose=purpose)(partial(_for_a_side, statuses))


@register("new_matches", purpose=Purpose.DIGEST)
def _new_matches(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the reader's new suggestions, those that it may still see; None where there is none left."""
    if reader is None:
        return None
    found = list(new_matches_of(reader, since=dt.datetime.fromisoformat(about["since"]))[: MOST_LISTED + 1])
    if not found:
        return None
    shown = [(match, match.seen.fit.label) for match in found[:MOST_LISTED]]
    return {"matches": shown, "more": len(found) > MOST_LISTED}
