"""Lists that a change of this transaction has left short, and postings that it changed: up to date soon after it."""

from collections.abc import Collection

from django.db import connection, transaction

from directory import jobs
from matching.models import Match
from surveys.choices import PostingStatus
from surveys.models import Need, Offer


class _Due:
    """What one transaction has changed; called when it has committed, and gone with it where it is rolled back."""

    def __init__(self) -> None:
        self.changed: tuple[set[int], set[int]] = (set(), set())
        self.short: tuple[set[int], set[int]] = (set(), set())

    def __call__(self) -> None:
        from matching.tasks import bring_up_to_date

        if any((*self.changed, *self.short)):
            jobs.later(bring_up_to_date, *([sorted(ids) for ids in sides] for sides in (self.changed, self.short)))


@transaction.atomic
def lists_are_short(lapsing: Collection[Match]) -> None:
    """Note the lists in which these matches stand, before they lapse: what comes next in them moves up soon."""
    needs, offers = _due().short
    needs.update(match.need_id for match in lapsing if match.rank_for_need)
    offers.update(match.offer_id for match in lapsing if match.rank_for_offer)


@transaction.atomic
def on_postings_changed(sender: type[Need] | type[Offer], ids: Collection[int], **kwargs: object) -> None:
    """Note the published ones among postings that were written to; what others leave short is noted as they lapse."""
    published = sender.objects.filter(pk__in=ids, status=PostingStatus.PUBLISHED).order_by()
    if found := list(published.values_list("pk", flat=True)):
        needs, offers = _due().changed
        (offers if sender is Offer else needs).update(found)


def _due() -> _Due:
    """Return what is due when this transaction commits: one for all of its changes."""
    for _savepoints, registered, *_ in connection.run_on_commit:
        if isinstance(registered, _Due):
            return registered
    due = _Due()
    transaction.on_commit(due)
    return due
