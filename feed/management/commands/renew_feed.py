"""Gives the change feeds new ids, so that every copy is made anew."""

from typing import Any

from django.core.management.base import BaseCommand

from feed.sequencing.beginning import renew


class Command(BaseCommand):
    """`manage.py renew_feed`, after a restore that the portal cannot notice by itself."""

    help = "Give the change feeds new ids: positions that partners hold answer 410, and their copies are made anew."

    def handle(self, *args: Any, **options: Any) -> None:
        renew()
        self.stdout.write("The change feeds have new ids. Copies are made anew when they are next brought up to date.")
