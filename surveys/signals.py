"""What others may want to know when a posting changes its state; sent inside the transaction of the change."""

from django.dispatch import Signal

posting_closed = Signal()
"""`posting`: it was published and is no longer."""
