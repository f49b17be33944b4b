"""Lists that a change of this transaction has left short, and postings that it changed: up to date soon after it."""

from collections.abc import Collection

from django.db import connection, transaction

from matching.models import Match
from surveys.models import Need, Offer
from web import jobs


class _Due:
    """What one transaction has changed; called when it has committed, and gone with it where it is rolled back."""

    def __init__(self) -> None:
        self.changed: tuple[set[int], set[int]] = (set(), set())
        self.short: tuple[set[int], set[int]] = (set(), set())

    def __call__(self) -> None:
        if any((*self.changed, *self.short)):
            sides = ([sorted(ids) for ids in sides] for sides in (self.changed, self.short))
            jobs.later("matching.tasks.bring_up_to_date", *sides)


@transaction.atomic
def lists_are_short(lapsing: Collection[Match]) -> None:
    """Note the lists in which these matches stand, before they lapse: what comes next in them moves up soon."""
    needs, offers = _due().short
    needs.update(match.need_id for match in lapsing if match.rank_for_need)
    offers.update(match.offer_id for match in lapsing if match.rank_for_offer)


@transaction.atomic
def on_postings_changed(sender: type[Need] | type[Offer], ids: Collection[int], **kwargs: object) -> None:
    """Note postings that were published or written to by somebody who is not shown their matches at once."""
    needs, offers = _due().changed
    (offers if sender is Offer else needs).update(ids)


def _due() -> _Due:
    """Return what is due when this transaction commits: one for all of its changes."""
    for _savepoints, registered, *_ in connection.run_on_commit:
        if isinstance(registered, _Due):
            return registered
    due = _Due()
    transaction.on_commit(due)
    return due
