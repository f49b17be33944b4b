"""Country and group names as people write them; pure Python, knows no Django."""

from directory.names.index import NameIndex
from directory.names.normalise import normalise
from directory.names.rows import AliasRow, CountryRow, GroupRow, Resolution

__all__ = ["AliasRow", "CountryRow", "GroupRow", "NameIndex", "Resolution", "normalise"]
