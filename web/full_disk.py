"""A disk that is full, the database's or the one for temporary files: told from a fault, and from what passes soon.

Each layer has a word of its own for it, found by filling a disk:

- Python and the system: OSError with ENOSPC, or EDQUOT where a quota is used up.
- SQLite: SQLITE_FULL; and SQLITE_IOERR_SHMSIZE where not even what is read can be opened, as the first process to open
  the file makes a small file beside it.
- PostgreSQL: disk_full, 53100.
- lxml, with which openpyxl writes sheets: an error of its own that says IO_ENOSPC.
"""

import errno
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError

ERRNOS = (errno.ENOSPC, errno.EDQUOT)
TOLD_FOR = 300
"""Seconds for which whoever watches is told of it after it was last met."""

_SQLITE = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")
_POSTGRESQL = "53100"
_LXML = "IO_ENOSPC"
_MET = "full-disk-met"


def is_full(error: BaseException | None) -> bool:
    """Return whether the error says that there was no room left to write."""
    if isinstance(error, OSError):
        return error.errno in ERRNOS
    if isinstance(error, DatabaseError):
        cause: Any = error.__cause__
        return getattr(cause, "sqlite_errorname", "") in _SQLITE or getattr(cause, "pgcode", "") == _POSTGRESQL
    return str(error) == _LXML


def note() -> None:
    """Remember that it was met. In the cache: no row can be written now, and the disk may be another machine's."""
    cache.set(_MET, True, TOLD_FOR)


def was_met() -> bool:
    """Return whether it was met within the last minutes."""
    return bool(cache.get(_MET))
