"""`manage.py work`: jobs, mails and the daily work, where no broker hands them to workers."""

import signal
import sys
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from web.jobs import companion


class Command(BaseCommand):
    """Work until SIGTERM or SIGINT; the job in hand is done first, at a second one it is left for the next process."""

    help = "Do the long jobs, send the mails and do the daily work, until it is ended: one beside the web server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--with-parent", action="store_true", help="end when the standard input is closed, too")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.CELERY_BROKER_URL:
            raise CommandError("CELERY_BROKER_URL is set: workers do this (celery --app ssc_portal worker, and beat).")
        stop = threading.Event()

        def end(_number: int, _frame: FrameType | None) -> None:
            if stop.is_set():
                raise SystemExit(1)
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        if options["with_parent"]:
            threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
        companion.work(stop)
