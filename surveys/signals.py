"""What others may want to know when a posting changes its state; sent inside the transaction of the change."""

from django.dispatch import Signal

posting_published = Signal()
"""`posting`, `by`: it is published, or what is published was confirmed or changed."""

posting_closed = Signal()
"""`posting`: it was published and is no longer."""
