"""What a process has loaded before it serves: code that stays, which the collector need not walk through each time."""

import gc

from django.urls import get_resolver


def set_aside_what_is_loaded() -> None:
    """Load every view, and take all that there is by now out of what Python's garbage collector looks at.

    Without it a page that reads a few hundred rows has the whole portal walked through, several times over.
    """
    list(get_resolver().url_patterns)
    gc.collect()
    gc.freeze()
