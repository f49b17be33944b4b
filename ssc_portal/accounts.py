"""How accounts behave on this portal: by invitation only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """No one signs up alone: accounts are made by the secretariat."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: an account is made by a manager, never by its owner."""
        return False
