"""Maintenance that an operator announces, or in which nothing may be written: while the portal is upgraded or restored.

It stands in a file, not in a row: a restore puts all rows back to what they were, and a page must know of it while the
database cannot be asked. Whoever asks reads the file: the command needs no restart, and no query is spent on it.
"""

import datetime as dt
import json
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

ANNOUNCED, READ_ONLY = "announced", "read-only"
LONGEST_MESSAGE = 300
SOONEST_RETRY, LATEST_RETRY = 60, 3_600
"""Seconds for whoever is refused: the end is an estimate, and nobody should come back a thousand times before it."""


@dataclass(frozen=True)
class Maintenance:
    """What an operator has said: the mode, from when until about when, and a sentence of the operator's own."""

    mode: str
    begins: dt.datetime | None = None
    until: dt.datetime | None = None
    message: str = ""

    @property
    def is_read_only(self) -> bool:
        """Whether nothing may be written. It never ends by itself: work may take longer than was thought."""
        return self.mode == READ_ONLY

    @property
    def is_over(self) -> bool:
        """Whether it was announced alone, and its time has passed."""
        return not self.is_read_only and self.until is not None and self.until < timezone.now()

    @property
    def retry_after(self) -> int:
        """Seconds after which to try again."""
        if self.until is None:
            return SOONEST_RETRY
        left = int((self.until - timezone.now()).total_seconds())
        return min(max(left, SOONEST_RETRY), LATEST_RETRY)

    def words(self) -> str:
        """Return what everybody is told: the portal's own sentence, then the operator's."""
        return f"{self._sentence()} {self.message}".strip()

    def _sentence(self) -> str:
        until = {"until": _in_utc(self.until)} if self.until else {}
        if self.is_read_only and until:
            said = _("Maintenance until about %(until)s: everything can be read, and nothing can be saved.")
        elif self.is_read_only:
            said = _("Maintenance: everything can be read, and nothing can be saved.")
        elif self.begins and until:
            said = _("Maintenance is planned from %(begins)s to %(until)s. Nothing can be saved then.")
            return said % {**until, "begins": _in_utc(self.begins)}
        elif until:
            said = _("Maintenance is planned until %(until)s. Nothing can be saved while it lasts.")
        else:
            said = _("Maintenance is planned. Nothing can be saved while it lasts.")
        return said % until


def current() -> Maintenance | None:
    """Return the maintenance that is announced or under way; None where there is none.

    A file that nobody understands counts as read-only: it was put there to keep something from being written.
    """
    try:
        text = settings.MAINTENANCE_FILE.read_text()
    except FileNotFoundError:
        return None
    try:
        said = _understood(text)
    except (ValueError, TypeError, KeyError):
        logger.exception("The maintenance file is not understood, and counts as read-only")
        return Maintenance(READ_ONLY)
    return None if said.is_over else said


def is_read_only() -> bool:
    """Return whether nothing may be written at this moment."""
    said = current()
    return said is not None and said.is_read_only


def begin(maintenance: Maintenance) -> None:
    """Say so from now on, to every process that sees the file; whole at once, and readable for all of them."""
    file: Path = settings.MAINTENANCE_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    said = {
        "mode": maintenance.mode,
        "begins": maintenance.begins and maintenance.begins.isoformat(),
        "until": maintenance.until and maintenance.until.isoformat(),
        "message": maintenance.message,
    }
    descriptor, part = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    try:
        with os.fdopen(descriptor, "w") as written:
            json.dump(said, written)
        Path(part).chmod(0o644)
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink()
        raise


def end() -> bool:
    """Say that it is over; return whether there was any."""
    file: Path = settings.MAINTENANCE_FILE
    was_there = file.exists()
    file.unlink(missing_ok=True)
    return was_there


def _understood(text: str) -> Maintenance:
    said = json.loads(text)
    if said["mode"] not in (ANNOUNCED, READ_ONLY):
        raise ValueError(said["mode"])
    begins, until = (_moment(said.get(name)) for name in ("begins", "until"))
    return Maintenance(said["mode"], begins, until, str(said.get("message", "")))


def _moment(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _in_utc(moment: dt.datetime) -> str:
    return f"{date_format(moment.astimezone(dt.UTC), 'DATETIME_FORMAT')} UTC"
