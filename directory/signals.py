"""What the apps above may want to know of people."""

from django.dispatch import Signal

personal_details_erased = Signal()
"""`user`, `texts`: what said who the person was (address, telephone, name) is to go, wherever it stands."""
