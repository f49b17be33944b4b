"""Bringing two sides together: always by a person; contacts are shown to both from then on."""

from django.db import transaction
from django.utils.translation import gettext as _

from directory.models import User
from matching.choices import Audience, EventKind, MatchStatus, SideAnswer
from matching.life.steps import ReviewRefused, check_note, check_reviewer, lock_match, take_step
from matching.life.telling.to_sides import write_to_side
from matching.models import Introduction, Match
from matching.models.introduction import LONGEST_REFERENCE
from surveys.choices import Side


def is_ready(match: Match) -> bool:
    """Whether both sides are interested and nobody has introduced them yet; reads `match.sides`."""
    answers = [row.answer for row in match.sides.all()]
    return match.status == MatchStatus.PROPOSED and answers == [SideAnswer.INTERESTED] * 2


@transaction.atomic
def introduce(*, match: Match, by: User, message: str = "", note: str = "") -> Introduction:
    """Introduce the two sides to each other; `message` is read by both, `note` by the secretariat alone."""
    check_reviewer(by, note)
    check_note(message)
    match = lock_match(match)
    if match.on_hold_at is not None:
        raise ReviewRefused(_("This match is on hold; record first that the check is cleared or referred."))
    if not is_ready(match):
        raise ReviewRefused(_("Two sides are introduced once both have said that they are interested."))
    take_step(match, EventKind.INTRODUCED, by=by, note=message, audience=Audience.SHARED)
    if note.strip():
        take_step(match, EventKind.NOTED, by=by, note=note)
    row = Introduction.objects.create(match=match, made_by=by, message=message.strip())
    for side in (Side.NEED, Side.OFFER):
        write_to_side(match, side, "introduced", occasion=f"{match.pk}:{side}", to_offices=True)
    return row


@transaction.atomic
def record_reference(*, match: Match, by: User, reference: str) -> Introduction:
    """Record the reference of the signed letter of introduction."""
    check_reviewer(by)
    reference = reference.strip()
    if not reference or len(reference) > LONGEST_REFERENCE:
        raise ReviewRefused(
            _("Give the reference of the letter, in at most %(limit)d characters.") % {"limit": LONGEST_REFERENCE}
        )
    match = lock_match(match)
    row = Introduction.objects.filter(match=match).first()
    if row is None:
        raise ReviewRefused(_("The two sides have not been introduced yet."))
    if row.reference != reference:
        take_step(match, EventKind.REFERENCED, by=by, details={"reference": [row.reference, reference]})
        row.reference = reference
        row.save(update_fields=["reference"])
    return row
