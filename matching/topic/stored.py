"""Vectors of the texts of postings, kept: a text is worked out once, however many runs read it."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping

import numpy as np

from matching.models import TextVectors
from matching.topic import topic_version
from matching.topic.vectors import NOTHING, Vectors, vectors_of
from matching.topic.words import Words
from web.calendar.days import today

AT_ONCE = 64
LOOKED_UP_AT_ONCE = 500
KEPT_FOR, NOTED_AFTER = dt.timedelta(days=90), dt.timedelta(days=30)


def stored_vectors(texts: Collection[str], *, keep: bool = True) -> dict[str, Vectors]:
    """Return what each text says, by the text; those not met before are worked out and kept.

    The new ones take about 10 ms each. `keep=False` writes nothing: what is worked out then is worked out again the
    next time.
    """
    by_digest = {digest_of(text): text for text in texts if text.strip()}
    found = _kept(by_digest, note_use=keep)
    new = [digest for digest in by_digest if digest not in found]
    for first in range(0, len(new), AT_ONCE):
        some = new[first : first + AT_ONCE]
        vectors = vectors_of([by_digest[digest] for digest in some])
        if keep:
            TextVectors.objects.bulk_create(
                [_row(digest, one) for digest, one in zip(some, vectors, strict=True)], ignore_conflicts=True
            )
        found |= dict(zip(some, vectors, strict=True))
    return {text: found.get(digest_of(text), NOTHING) if text.strip() else NOTHING for text in texts}


def digest_of(text: str) -> bytes:
    """Return the key of a text's vectors: 20 bytes, of the text and of what the vectors depend on."""
    return hashlib.blake2b(f"{topic_version()}\0{text}".encode(), digest_size=20).digest()


def forget_unused(on: dt.date) -> int:
    """Remove the vectors that nothing has needed for some months before the day `on`; return how many."""
    return TextVectors.objects.filter(used_on__lt=on - KEPT_FOR).delete()[0]


def _kept(by_digest: Mapping[bytes, str], *, note_use: bool) -> dict[bytes, Vectors]:
    rows = TextVectors.objects.values_list("digest", "terms", "weights", "meaning", "used_on")
    if len(by_digest) <= LOOKED_UP_AT_ONCE:
        rows = rows.filter(pk__in=list(by_digest))
    found, long_unused = {}, []
    for digest, terms, weights, meaning, used_on in rows.iterator(chunk_size=5_000):
        key = bytes(digest)
        if key in by_digest:
            found[key] = _vectors(bytes(terms), bytes(weights), bytes(meaning))
            if note_use and used_on < today() - NOTED_AFTER:
                long_unused.append(key)
    for first in range(0, len(long_unused), LOOKED_UP_AT_ONCE):
        some = long_unused[first : first + LOOKED_UP_AT_ONCE]
        TextVectors.objects.filter(pk__in=some).update(used_on=today())
    return found


def _row(digest: bytes, vectors: Vectors) -> TextVectors:
    return TextVectors(
        digest=digest,
        terms=vectors.words.term.astype("<i4").tobytes(),
        weights=vectors.words.weight.astype("<i2").tobytes(),
        meaning=vectors.meaning.tobytes(),
    )


def _vectors(terms: bytes, weights: bytes, meaning: bytes) -> Vectors:
    words = Words(np.frombuffer(terms, dtype="<i4"), np.frombuffer(weights, dtype="<i2").astype(np.int32))
    return Vectors(words, np.frombuffer(meaning, dtype=np.int8))
