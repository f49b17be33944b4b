"""`manage.py run_matching`: score all open needs against all open offers."""

import datetime as dt
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.models import MatchRun
from matching.runs import in_blocks
from matching.runs.running import RunRefused, run_matching

BAR_WIDTH = 40


class Command(BaseCommand):
    """Run the matching and print a summary."""

    help = "Score all open needs against all open offers and store what changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--on",
            type=dt.date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="a what-if for another day than today: counts only, touches no match",
        )

        parser.add_argument(
            "--workers",
            action="store_true",
            help="hand it to the workers and return at once; its page in the admin shows how far it is",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["workers"]:
            self._hand_out(on=options["on"])
            return
        try:
            run = run_matching(on=options["on"], progress=self._bar if sys.stderr.isatty() else None)
        except RunRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self._print_summary(run)

    def _hand_out(self, *, on: dt.date | None) -> None:
        if on is not None:
            raise CommandError("--on is for a what-if in this process: leave --workers out.")
        try:
            run = in_blocks.start()
        except RunRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Run {run.pk} waits for the workers, or for `manage.py work`.")

    def _bar(self, done: int, of: int) -> None:
        filled = BAR_WIDTH * done // max(of, 1)
        self.stderr.write(f"\r[{'#' * filled}{' ' * (BAR_WIDTH - filled)}] {done} of {of} needs", ending="")
        if done >= of:
            self.stderr.write("")

    def _print_summary(self, run: MatchRun) -> None:
        counts = run.counts
        what = "What-if, no match touched" if run.is_what_if else "Matching run"
        self.stdout.write(f"{what} for {run.on.isoformat()}, profile {run.profile}, engine {run.engine_version}:")
        self.stdout.write(
            f"  {counts['needs']} needs × {counts['offers']} offers = {counts['pairs']} pairs, "
            f"{counts['pairs_open']} open"
        )
        closed = ", ".join(f"{gate} {count}" for gate, count in counts["closed_by"].items() if count)
        self.stdout.write(f"  closed by gate: {closed or 'none'}")
        if not run.is_what_if:
            self.stdout.write(
                f"  suggestions: {counts['suggested']} ({counts['new']} new, {counts['moved']} moved, "
                f"{counts['gone']} gone); proposals lapsed: {counts['lapsed_proposals']}"
            )
        self.stdout.write(f"  {counts['milliseconds'] / 1000:.2f} seconds")
