"""What others may want to know of postings and imports; sent inside the transaction of the change."""

from django.dispatch import Signal

postings_changed = Signal()
"""`ids` of offers or needs, the model that sends it, were written to, by `by` (None: a command). Whatever it was that
changed, of published ones and others: who listens reads anew what they are now. Sent by `surveys.postings.changes`."""

# Asked before an import is undone, with the ids of its offers and needs; receivers return sentences that say what of
# theirs was built on them.
import_undoing = Signal()
