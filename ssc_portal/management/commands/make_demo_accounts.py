"""`manage.py make_demo_accounts`: one account of each role, on a trial machine only."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ssc_portal.running.demo.people import DemoAccount, DemoRefused, make_demo_accounts


class Command(BaseCommand):
    """Make the accounts and print those passwords that were set just now."""

    help = (
        "Make one demo account of each role. Refuses unless DEBUG is on. New accounts get random passwords, printed "
        "once; with DEMO_PASSWORD in the environment all of them, old ones too, get that one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accounts = make_demo_accounts(password=os.environ.get("DEMO_PASSWORD") or None)
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("Demo accounts (invented people):")
        for account in accounts:
            self.stdout.write(f"  {account.person.email:<32} {account.person.role.label:<26} {_password(account)}")
        if any(account.password is None for account in accounts):
            self.stdout.write("  To set the passwords anew: DEMO_PASSWORD=... make demo")


def _password(account: DemoAccount) -> str:
    if account.password is None:
        return "kept, password as it was"
    if os.environ.get("DEMO_PASSWORD"):
        return "password: $DEMO_PASSWORD"
    return f"password: {account.password}"
