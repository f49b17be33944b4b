"""Numbers in addresses."""

from django.urls import register_converter


class RowNumber:
    """A row's number as the portal writes it: no leading zero, and never more than a database column can hold."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return the number's digits."""
        return str(value)


register_converter(RowNumber, "row")
