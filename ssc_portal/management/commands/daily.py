"""`manage.py daily`: lapse, pass on, remind, erase, send; a worker or `manage.py work` runs it every hour."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ssc_portal.running.daily import run_daily
from web.calendar.days import today
from web.maintenance import is_read_only


class Command(BaseCommand):
    """Do what has to happen every day; again on the same day does nothing twice."""

    help = "Lapse expired matches, pass on proposals, write reminders and digests, erase, and send mails."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_read_only():
            self.stdout.write("Read-only for maintenance: nothing was done.")
            return
        done, failed = run_daily(today())
        for name, number in done.items():
            self.stdout.write(f"{name}: {number}")
        if failed:
            raise CommandError(f"Failed, see the log: {', '.join(failed)}")
