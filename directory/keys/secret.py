"""The secret of a key: `ssc_`, eight digits by which people recognise it, and 256 random bits.

Guessing is hopeless, so a fast digest keeps it as safe as a slow one would, and it is found by one look into an index.
"""

import hashlib
import re
import secrets

PREFIX = "ssc_"
PUBLIC_BYTES = 4
SECRET_BYTES = 32

_SHAPE = re.compile(rf"{PREFIX}[0-9a-f]{{{2 * PUBLIC_BYTES}}}_[0-9a-f]{{{2 * SECRET_BYTES}}}")


def new_secret() -> str:
    """Return a new secret; nobody has ever had it."""
    return f"{PREFIX}{secrets.token_hex(PUBLIC_BYTES)}_{secrets.token_hex(SECRET_BYTES)}"


def has_the_shape(text: str) -> bool:
    """Return whether the text could be a secret of ours, of whatever length and script it is."""
    return _SHAPE.fullmatch(text) is not None


def public_part_of(secret: str) -> str:
    """Return the beginning of a secret: it may be shown and kept."""
    return secret[: len(PREFIX) + 2 * PUBLIC_BYTES]


def digest_of(secret: str) -> str:
    """Return what is kept of a secret instead of it: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
