"""`manage.py reset_second_factor EMAIL --note TEXT`: the way back in of a manager whom no other can help."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from directory.models import User
from directory.people.second_factor import SecondFactorRefused, reset_on_the_server


class Command(BaseCommand):
    """Take a person's second factor away; the next log-in leads to setting up a new one."""

    help = "Take a person's second factor and recovery codes away, end its sessions, and tell it by e-mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="address of the account")
        parser.add_argument("--note", required=True, help="who asked, and how you made sure of it; kept")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"].strip()).first()
        if person is None:
            raise CommandError(f"No account has the address {options['email']}.")
        try:
            reset_on_the_server(user=person, note=options["note"])
        except SecondFactorRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"The second factor of {person.email} is reset: the next log-in leads to a new one.")
