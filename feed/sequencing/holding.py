"""Holds the one row of the sequencer: one process writes to the feeds at a time."""

from feed.models import Sequencer


def held() -> Sequencer | None:
    """Return the row of the sequencer, held until the transaction ends; None where another process holds it.

    SQLite has one writer at a time anyway.
    """
    row = _free()
    if row is None and not Sequencer.objects.filter(pk=Sequencer.ONE).exists():
        Sequencer.objects.bulk_create([Sequencer(pk=Sequencer.ONE)], ignore_conflicts=True)
        row = _free()
    return row


def _free() -> Sequencer | None:
    return Sequencer.objects.select_for_update(skip_locked=True).filter(pk=Sequencer.ONE).first()
