"""What others may want to know when a posting changes its state; sent inside the transaction of the change."""

from django.dispatch import Signal

posting_closed = Signal()
"""`posting`: it was published and is no longer."""

postings_changed = Signal()
"""`ids`: published ones, of the model that sends it, were published or written to in the admin."""

# Asked before an import is undone, with the ids of its offers and needs; receivers return sentences that say what of
# theirs was built on them.
import_undoing = Signal()
