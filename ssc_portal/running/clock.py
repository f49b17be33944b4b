"""What the clock starts, and how often."""

import datetime as dt
from typing import Any

from celery.schedules import crontab


def schedule(*, look_every: int) -> dict[str, dict[str, Any]]:
    """Return Celery's schedule: each task by name, never later than the next of its kind.

    look_every: seconds until what was left, or lost with a worker, is looked for again.
    """
    kept = {
        name: {"task": task, "schedule": dt.timedelta(seconds=seconds), "options": {"expires": seconds}}
        for name, task, seconds in (
            ("jobs", "web.tasks.watch", look_every),
            ("mails", "directory.tasks.send_due_mails", look_every),
            ("marks", "matching.tasks.match_marked", look_every),
            ("runs", "matching.tasks.watch_runs", 60),
            ("changes", "feed.tasks.bring_up_to_date", look_every),
        )
    }
    # The daily work again every hour: what a pause has missed is made up for.
    daily = {"task": "ssc_portal.tasks.daily", "schedule": crontab(minute=10), "options": {"expires": 3_600}}
    return {**kept, "daily": daily}
