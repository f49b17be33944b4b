"""Tells the workers of a broker that something was written, once its transaction has committed.

Only so that a change is in the feed within a second: what nobody hears of, such as a bulk update, stands as a mark and
is found when the clock looks next.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models.signals import m2m_changed, post_delete, post_save

from feed.marking.watched import watched
from surveys.signals import postings_changed
from web.jobs import hand_out

TASK = "feed.tasks.bring_up_to_date"


def listen() -> None:
    """Listen to writes of watched tables that Django tells of."""
    tables = {source.table for source in watched()}
    # A step of a match is an update that nobody is told of; its event is a row of its own.
    models = [apps.get_model("matching", "MatchEvent")]
    models += [one for one in apps.get_models(include_auto_created=True) if one._meta.db_table in tables]
    for model in models:
        for signal in (post_save, post_delete, m2m_changed):
            signal.connect(wake, sender=model, dispatch_uid=f"feed_wakes_{model._meta.label}")
    postings_changed.connect(wake, dispatch_uid="feed_wakes_on_postings")


def wake(**kwargs: Any) -> None:
    """Have the feeds brought up to date once this transaction has committed; once for all that it writes."""
    if not settings.CELERY_BROKER_URL:
        return  # `manage.py work` looks by itself, every few seconds
    if not any(waiting[1] is _hand_out for waiting in connection.run_on_commit):
        connection.on_commit(_hand_out)


def _hand_out() -> None:
    hand_out(TASK)
