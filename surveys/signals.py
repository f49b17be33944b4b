"""What others may want to know when a posting changes its state; sent inside the transaction of the change."""

from django.dispatch import Signal

posting_closed = Signal()
"""`posting`: it was published and is no longer."""

# Asked before an import is undone, with the ids of its offers and needs; receivers return sentences that say what of
# theirs was built on them.
import_undoing = Signal()
