"""Addresses that people give, one a line."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

LONGEST_SHOWN = 200

_is_https = URLValidator(schemes=["https"])


def check_links(text: str) -> None:
    """Raise ValidationError, naming the line, unless each line is empty or an address that begins with https://."""
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            _is_https(line)
        except ValidationError as error:
            words = _("“%(line)s” is not an address that begins with https://.")
            raise ValidationError(words % {"line": line[:LONGEST_SHOWN]}) from error
