"""`manage.py maintenance on|off|status`: what everybody is told, and whether anything may be written."""

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from web.jobs.kinds import KINDS
from web.maintenance import ANNOUNCED, LONGEST_MESSAGE, READ_ONLY, Maintenance, begin, current, end


def moment(text: str) -> dt.datetime:
    """Return a moment such as 2026-12-01T08:00, which is in UTC unless it says otherwise."""
    try:
        said = dt.datetime.fromisoformat(text)
    except ValueError as wrong:
        raise ArgumentTypeError(f"write {text!r} as 2026-12-01T08:00, in UTC") from wrong
    return said if said.tzinfo else said.replace(tzinfo=dt.UTC)


class Command(BaseCommand):
    """Say that maintenance is planned or under way; nothing has to be started anew, and no database is needed."""

    help = "Announce maintenance on every page, or let the portal be read alone while it is upgraded or restored."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("do", choices=("on", "off", "status"))
        parser.add_argument("--announce", action="store_true", help="tell of it, and let everything be written still")
        parser.add_argument("--begins", type=moment, help="with --announce: when, e.g. 2026-12-01T08:00, in UTC")
        parser.add_argument("--until", type=moment, help="until about when, in UTC; read-only lasts until `off`")
        parser.add_argument("--message", default="", help="a sentence more, shown as it is in every language")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["do"] == "on":
            self._begin(options)
        elif options["do"] == "off":
            self.stdout.write("Ended." if end() else "There was none.")
            return
        self._tell()

    def _begin(self, options: dict[str, Any]) -> None:
        begins, until, message = options["begins"], options["until"], options["message"].strip()
        if len(message) > LONGEST_MESSAGE or not message.isprintable():
            raise CommandError(f"--message: one line of at most {LONGEST_MESSAGE} characters.")
        if begins and not options["announce"]:
            raise CommandError("--begins goes with --announce: what is read-only is so at once.")
        if begins and until is None:
            raise CommandError("--begins needs --until.")
        if until is not None and until <= (begins or dt.datetime.now(dt.UTC)):
            raise CommandError("--until has passed, or is before --begins; it is in UTC.")
        mode = ANNOUNCED if options["announce"] else READ_ONLY
        try:
            begin(Maintenance(mode, begins, until, message))
        except OSError as error:
            said = f"Nothing has changed, {settings.MAINTENANCE_FILE} cannot be written: {error.strerror}."
            raise CommandError(said) from error

    def _tell(self) -> None:
        said = current()
        self.stdout.write(f"{said.mode}: {said.words()}" if said else "off")
        if said is None or not said.is_read_only:
            return
        try:
            at_work = sum(kind.rows().exclude(heartbeat_at=None).count() for kind in KINDS.values())
        except DatabaseError:
            self.stdout.write("The database does not answer: what is being done cannot be told.")
            return
        if at_work:
            self.stdout.write(f"Jobs still in hand: {at_work}. Each goes on to its end, or until its worker stops.")
        else:
            self.stdout.write("No job is in hand.")
