"""Looks at a ZIP archive before anything of it is unpacked, and unpacks no more than is read."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from surveys.reading.cells import MAX_ENTRIES
from web.child.refusing import Refused

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Others may take a thousand times the memory, and no spreadsheet or survey tool writes them."""
METHOD_NAMES = {9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd", 99: "AES"}
MAX_ENTRY_BYTES = 100_000_000
MAX_UNPACKED_BYTES = 100_000_000
MAX_RATIO = 300
"""Of an entry's size to what it takes in the archive. Tables of 50,000 rows reach 60."""
LARGE = 10_000_000
"""In bytes: below this the ratio says nothing; ten thousand empty rows are packed tightly and harmless."""
MAX_NAME = 255
ENCRYPTED = 0x1
ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".tar", ".jar", ".xlsx", ".xlsm", ".docx", ".ods")
CHUNK = 1_000_000


@contextmanager
def checked_archive(data: bytes) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose list of entries is harmless; raises Refused for others, and for what cannot be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_entries(archive, len(data))
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zipfile.zlib.error):  # type: ignore[attr-defined]
        raise Refused("damaged") from None


def unpacked(archive: zipfile.ZipFile, name: str, *, at_most: int = MAX_ENTRY_BYTES) -> bytes:
    """Return an entry, counted while it is unpacked: what the archive announces of its sizes is not believed."""
    parts = []
    left = at_most
    with archive.open(name) as unpacking:
        while chunk := unpacking.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise Refused("unpacks_too_large")
            parts.append(chunk)
    return b"".join(parts)


def check_unpacked_size(archive: zipfile.ZipFile) -> None:
    """Unpack every entry, keeping none, and refuse an archive that comes to more than is read."""
    left = MAX_UNPACKED_BYTES
    for entry in archive.infolist():
        with archive.open(entry) as unpacking:
            while chunk := unpacking.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Refused("unpacks_too_large")


def _check_entries(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Refused("too_many_entries")
    names = set()
    for entry in entries:
        _check_entry(entry)
        if entry.filename in names:
            raise Refused("entry_twice", _shown(entry))
        names.add(entry.filename)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise Refused("unpacks_too_large")
    if sum(entry.compress_size for entry in entries) > size:
        # Entries that share their bytes: a small archive that unpacks without end.
        raise Refused("damaged")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & ENCRYPTED:
        raise Refused("encrypted", _shown(entry))
    if entry.compress_type not in METHODS:
        name = METHOD_NAMES.get(entry.compress_type, str(entry.compress_type))
        raise Refused("method", name)
    if not _is_harmless(entry.filename):
        raise Refused("entry_name", _shown(entry))
    if entry.filename.lower().endswith(ARCHIVES):
        raise Refused("nested", _shown(entry))
    if entry.file_size > LARGE and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise Refused("unpacks_too_large")


def _is_harmless(name: str) -> bool:
    """Return whether a name stays within its folder and is printable; nothing is written by it all the same."""
    steps = PurePosixPath(name.replace("\\", "/"))
    leads_out = steps.is_absolute() or ".." in steps.parts or name[1:2] == ":"
    return bool(name) and len(name) <= MAX_NAME and name.isprintable() and not leads_out


def _shown(entry: zipfile.ZipInfo) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in entry.filename)[:80]
