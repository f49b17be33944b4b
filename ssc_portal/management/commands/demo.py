"""`manage.py demo`: the whole portal on the 2018 survey, on this machine. `make demo` calls it."""

import os
import socket
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from matching.models import Match
from ssc_portal.running.demo.people import DemoRefused
from ssc_portal.running.demo.postings import MARK, RICE_NEED, find
from ssc_portal.running.demo.story import (
    mails_to_nobody,
    make_invented_postings,
    make_invented_practices,
    take_invented_steps,
)
from ssc_portal.running.demo.survey import SURVEY_CODE, TABLE_1, matching_is_due, open_survey_to_answer

HOST = "127.0.0.1"


class Command(BaseCommand):
    """Prepare the demo, say what to open, and serve; running it again changes nothing."""

    help = "Load the reference data and the 2018 survey, invent a few postings, match, and serve on 127.0.0.1."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where to serve (8000)")
        parser.add_argument("--prepare-only", action="store_true", help="do everything but serve")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo runs only with DEBUG on: it is no way to run a portal in use.")
        port: int = options["port"]
        if not options["prepare_only"] and not _is_free(port):
            raise CommandError(f"Port {port} of {HOST} is taken. Choose another: make demo PORT={port + 1}")
        self._prepare()
        if options["prepare_only"]:
            return
        self._say_what_to_open(port)
        # The development server serves static files without collecting them, and this is no portal in use.
        os.environ.setdefault("DJANGO_RUNSERVER_HIDE_WARNING", "true")
        # It sends the mails, whose links lead here unless another address is set.
        environment = {"PORTAL_URL": f"http://{HOST}:{port}", **os.environ}
        companion = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work", "--with-parent"]
        # Its input is closed when this process ends, however it ends.
        with subprocess.Popen(companion, stdin=subprocess.PIPE, env=environment):  # noqa: S603 - words of our own alone
            call_command("runserver", f"{HOST}:{port}", use_reloader=False, skip_checks=True)

    def _prepare(self) -> None:
        steps: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
            ("Database", ("migrate",), {"verbosity": 0}),
            ("Reference data", ("load_reference",), {}),
            ("Survey editions", ("load_surveys",), {}),
            ("2018 survey, Table 1", ("import_survey", str(settings.BASE_DIR / TABLE_1)), {"survey": SURVEY_CODE}),
        ]
        for title, command, keywords in steps:
            self._begin(title)
            call_command(*command, stdout=self.stdout, stderr=self.stderr, **keywords)
        self.stdout.write(f"Open to be answered in the workspace: {open_survey_to_answer()}")
        self._begin("Accounts")
        call_command("make_demo_accounts", stdout=self.stdout, stderr=self.stderr)
        self._begin("Invented postings")
        is_invented = self._invent()
        self._begin("Matching")
        if matching_is_due():
            call_command("run_matching", stdout=self.stdout, stderr=self.stderr)
        else:
            self.stdout.write("Nothing changed since the last run; its results stand.")
        if is_invented:
            self._begin("What became of them")
            with mails_to_nobody():
                self._say(take_invented_steps())

    def _invent(self) -> bool:
        """Make what is invented and missing; return whether there is any, which a portal in use has not."""
        try:
            with mails_to_nobody():
                made, practices = make_invented_postings(), make_invented_practices()
        except DemoRefused as refusal:
            self.stdout.write(f"None: {refusal}")
            return False
        self._say(
            [
                f"{number} {what}, each marked as invented"
                for number, what in ((made, "offers and needs"), (practices, "practices"))
                if number
            ]
        )
        return True

    def _say(self, done: list[str]) -> None:
        self.stdout.write("\n".join(done) if done else "Nothing new: all is there already.")

    def _begin(self, title: str) -> None:
        """Name the step before it is done, also where the output is a file and would wait in a buffer."""
        self.stdout.write(self.style.MIGRATE_HEADING(title))
        self.stdout.flush()

    def _say_what_to_open(self, port: int) -> None:
        base = f"http://{HOST}:{port}"
        waiting = Match.objects.filter(released_at__isnull=True).count()
        pages = [
            ("Home", reverse("home")),
            ("Released matches", reverse("matching:matches")),
            ("Review queue", reverse("admin:matching_match_changelist")),
            ("API", reverse("api-docs")),
        ]
        need = find(RICE_NEED)
        if need is not None:
            pages.append(("Triangular option", f"{need.get_absolute_url()}  (logged in, as one of its sides)"))
        self.stdout.write("\nOpen:")
        for title, path in pages:
            self.stdout.write(f"  {title:<18} {base}{path}")
        self.stdout.write(
            f"\nWhat begins with “{MARK.strip()}” was made up for this demonstration. A fit is public once a reviewer "
            f"releases it ({waiting} computed fits wait). To release one: log in as reviewer@example.org at the review "
            'queue, open a match, read both sides and the reasons, write a note, press "Release". To walk from a '
            "posting to an outcome: log in as coordinator@example.org, and approve the need that waits.\n"
        )
        self.stdout.flush()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
