"""The messages of a mailbox on disk, as bytes; it is left as it is."""

import mailbox
from collections.abc import Iterator
from pathlib import Path


def messages_of_maildir(folder: Path, *, most: int) -> Iterator[tuple[str, bytes]]:
    """Yield name and first `most` bytes of each message of a Maildir, once also where it is moved meanwhile.

    Raises OSError where the folder is no Maildir, or a message cannot be read.
    """
    seen = set()
    for place in (folder / "new", folder / "cur"):
        for path in sorted(place.iterdir()):
            name = path.name.partition(":")[0]
            if name.startswith(".") or name in seen or not path.is_file():
                continue
            seen.add(name)
            with path.open("rb") as message:
                yield path.name, message.read(most)


def messages_of_mbox(file: Path, *, most: int) -> Iterator[tuple[str, bytes]]:
    """Yield number and first `most` bytes of each message of an mbox file.

    Raises OSError where the file cannot be read.
    """
    # The module's own message for a file that is not there is no OSError.
    file.stat()
    box = mailbox.mbox(file, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), start=1):
            with box.get_file(key) as message:
                yield f"message {number}", message.read(most)
    finally:
        box.close()
