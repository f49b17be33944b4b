"""Numbers of rows, as they come in addresses and forms."""

import re

from django.urls import register_converter

ROW_NUMBER = "[1-9][0-9]{0,17}"


def row_number(text: str) -> int | None:
    """Return the number that `text` writes; None for what no row can have: signs, other digits, too many of them."""
    return int(text) if re.fullmatch(ROW_NUMBER, text) else None


class RowNumber:
    """A row's number as the portal writes it: no leading zero, and never more than a database column can hold."""

    regex = ROW_NUMBER

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return the number's digits."""
        return str(value)


register_converter(RowNumber, "row")
