"""Adds the survey editions that the project ships."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from surveys.editions import load_surveys


class Command(BaseCommand):
    """`manage.py load_surveys`."""

    help = "Add the survey editions that the project ships; those that are there are left as they are."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        added, kept = load_surveys()
        if options["verbosity"] == 0:
            return
        for survey in added:
            self.stdout.write(f"added: {survey.code}")
        for survey in kept:
            self.stdout.write(f"there already, left as it is: {survey.code}")
