"""Measure across which languages the encoder tells texts on one matter from texts at random, and make its tables.

    python -m benchmarks.languages --texts parallel.jsonl            # the figures of docs/matching.md, "Languages"
    python -m benchmarks.languages --texts parallel.jsonl --write    # and the tables that the portal ships

`benchmarks.parallel_texts` makes the file. Every text is cut in two: its first half in one language and its second
half in another are a true pair (the same matter, in other words), two different texts a random one. The same pairs in
English say how close such pairs are within a language. The table is made from one half of the prose; all figures are
those of the other half, and of single sentences, for some languages have no prose here. It takes about six minutes.
"""

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matching.engine import MEANING_UNIT, N_TERMS, UNKNOWN_LANGUAGE
from matching.engine.inputs.languages import BY_WORDS_AND_MEANING, WHOLE, Languages
from matching.engine.rules.topic import closeness
from matching.topic.languages import MEASURED, table_through
from matching.topic.vectors import Vectors, texts_of, vectors_of
from surveys.postings.languages import CODES

ENGLISH = "en"
LONG = 200
"""From so many characters a text is prose; shorter ones are taken only because some languages have no others."""
MOST_PROSE, MOST_SENTENCES = 240, 140
FEWEST = 20
"""Of fewer matters that two languages share, nothing is said."""
TELLS_FROM = 0.95
"""The share of true pairs that stand above a random pair (AUC) from which two languages are compared."""
RELATED, CLOSE = 2_000, 5_000
"""From these the portal says that two texts are related, or close."""
STEP = 250
"""Ten-thousandths of a cosine between two points of a table."""
TRUE_SHARE = 0.05
"""Of the pairs that a table is made of, how many are true."""

Matter = dict[str, str]
"""One text, by language."""


@dataclass(frozen=True)
class Pairs:
    """Closeness in ten-thousandths of pairs of texts, true and random."""

    true: NDArray[np.int64]
    random: NDArray[np.int64]

    @property
    def auc(self) -> float:
        """The share of true pairs above a random one; where equal, half."""
        ordered = np.sort(self.random)
        below = np.searchsorted(ordered, self.true, "left") + np.searchsorted(ordered, self.true, "right")
        return float(np.mean(below) / 2 / len(ordered))


def read_matters(file: Path) -> tuple[list[Matter], list[Matter]]:
    """Read the file and choose prose, and sentences: the matters told in most languages of the portal.

    Sorted by how many languages tell them: of every second one, both halves have as many of each.
    """
    matters: dict[str, Matter] = defaultdict(dict)
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["language"] in CODES:
                matters[row["of"]][row["language"]] = row["text"]
    told = sorted((key for key in matters if ENGLISH in matters[key]), key=lambda key: (-len(matters[key]), key))
    prose = [matters[key] for key in told if len(matters[key][ENGLISH]) >= LONG]
    sentences = [matters[key] for key in told if len(matters[key][ENGLISH]) < LONG]
    return prose[:MOST_PROSE], sentences[:MOST_SENTENCES]


def halves(text: str) -> tuple[str, str]:
    """Return a text cut in two, where a sentence, a phrase or a word ends that is nearest to its middle."""
    middle = len(text) / 2
    for end in (r"[.!?؟。]\s*|\n", r"[,;:،؛、，]\s*", r"\s+", r""):
        cuts = [found.end() for found in re.finditer(end, text)]
        cuts = [cut for cut in cuts if 0.3 * len(text) < cut < 0.7 * len(text)]
        if cuts:
            cut = min(cuts, key=lambda cut: abs(cut - middle))
            return text[:cut].strip(), text[cut:].strip()
    return text, text


class Encoded:
    """What texts say, each worked out once."""

    def __init__(self, texts: Iterable[str]) -> None:
        unique = sorted(set(texts))
        self._of: dict[str, Vectors] = {}
        for first in range(0, len(unique), 64):
            some = unique[first : first + 64]
            self._of |= dict(zip(some, vectors_of(some), strict=True))

    def cosines(self, left: Sequence[str], right: Sequence[str]) -> NDArray[np.int64]:
        """Return the cosines of all pairs of meanings, in ten-thousandths, at least 0."""
        product = self._meanings(left) @ self._meanings(right).T
        return np.maximum(np.floor(product * WHOLE / MEANING_UNIT**2 + 0.5), 0).astype(np.int64)

    def within(self, left: Sequence[str], right: Sequence[str]) -> NDArray[np.int64]:
        """Return the closeness of all pairs as texts in one language, by the engine's own rule."""
        words = (self._words(left) @ self._words(right).T).toarray()
        meaning = (self._meanings(left) @ self._meanings(right).T).astype(np.int64)
        within = np.full(words.shape, BY_WORDS_AND_MEANING, dtype=np.uint8)
        return closeness(words, meaning, within, Languages.none().across)

    def _meanings(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return np.stack([self._of[text].meaning for text in texts]).astype(np.float64)

    def _words(self, texts: Sequence[str]) -> csr_array:
        said = texts_of([self._of[text] for text in texts], [UNKNOWN_LANGUAGE] * len(texts))
        return csr_array((said.weight.astype(np.int64), said.term, said.start), shape=(len(texts), N_TERMS))


def pairs_of(values: NDArray[np.int64]) -> Pairs:
    """Return the pairs of a table of all with all: the diagonal is true."""
    same = np.eye(len(values), dtype=np.bool_)
    return Pairs(true=values[same], random=values[~same])


@dataclass(frozen=True)
class Measurement:
    """Two languages beside English, on the same matters."""

    languages: tuple[str, str]
    n: int
    halves: Pairs
    """Cosines across the two."""
    in_english: Pairs
    """Closeness of the same halves in English."""
    whole: NDArray[np.int64]
    """Cosines of the whole texts, all with all."""
    whole_in_english: Pairs


def measure(encoded: Encoded, matters: Sequence[Matter], languages: tuple[str, str]) -> Measurement:
    """Measure two different languages on the matters that both tell."""
    one, other = languages
    both = [matter for matter in matters if one in matter and other in matter]
    cut = {code: [halves(matter[code]) for matter in both] for code in (one, other, ENGLISH)}
    across, within = [], []
    for left, right in ((one, other), (other, one)):
        across.append(pairs_of(encoded.cosines([a for a, _ in cut[left]], [b for _, b in cut[right]])))
        within.append(pairs_of(encoded.within([a for a, _ in cut[ENGLISH]], [b for _, b in cut[ENGLISH]])))
    english = [matter[ENGLISH] for matter in both]
    return Measurement(
        languages=languages,
        n=len(both),
        halves=together(across),
        in_english=together(within),
        whole=encoded.cosines([matter[one] for matter in both], [matter[other] for matter in both]),
        whole_in_english=pairs_of(encoded.within(english, english)),
    )


def measure_pairs(encoded: Encoded, matters: Sequence[Matter], pairs: Sequence[tuple[str, str]]) -> list[Measurement]:
    """Measure the pairs of languages that tell enough matters."""
    told = [pair for pair in pairs if sum(set(pair) <= set(matter) for matter in matters) >= FEWEST]
    return [measure(encoded, matters, pair) for pair in told]


def together(several: Sequence[Pairs]) -> Pairs:
    """Return all these pairs as one."""
    return Pairs(np.concatenate([one.true for one in several]), np.concatenate([one.random for one in several]))


def points_between(measured: Sequence[Measurement]) -> list[tuple[int, int]]:
    """Return the points of a table: for a cosine, the closeness that is as rare in English.

    Of random pairs of whole texts and true pairs of halves, one in twenty true: so random pairs decide where texts
    begin to be related, and true pairs what lies above nearly all random ones. Every pair of languages counts alike.
    """
    cosine, share = _shares([(one.halves.true, pairs_of(one.whole).random) for one in measured])
    close, share_close = _shares([(one.in_english.true, one.whole_in_english.random) for one in measured])
    points = [(0, 0)]
    for at in range(STEP, WHOLE + 1, STEP):
        reached = np.interp(at, cosine, share)
        value = WHOLE if at >= cosine[-1] else round(float(np.interp(reached, share_close, close)))
        if points[-1][1] < WHOLE or at == WHOLE:
            points.append((at, max(value, points[-1][1])))
    return points


def _shares(several: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the values of true and random pairs, ascending, and what share of all lies below each."""
    values = np.concatenate([part for true_and_random in several for part in true_and_random])
    weights = np.concatenate(
        [
            np.full(len(part), share / len(part) / len(several))
            for true_and_random in several
            for part, share in zip(true_and_random, (TRUE_SHARE, 1 - TRUE_SHARE), strict=True)
        ]
    )
    order = np.argsort(values, kind="stable")
    return values[order], np.cumsum(weights[order]) - weights[order] / 2


def tells(one: Measurement) -> bool:
    """Whether the encoder tells texts on the same matter from random ones across these two languages."""
    return pairs_of(one.whole).auc >= TELLS_FROM


def told_apart(held_out: Mapping[str, Sequence[Measurement]]) -> set[tuple[str, str]]:
    """Return the pairs of languages that the encoder tells apart in every kind of text that there is of them."""
    measured = [one for some in held_out.values() for one in some]
    return {one.languages for one in measured} - {one.languages for one in measured if not tells(one)}


def row_of(one: Measurement, table: NDArray[np.int32]) -> str:
    """Return the figures of two languages as a line of a table."""
    whole = pairs_of(one.whole)
    hits = float(np.mean(one.whole.argmax(axis=1) == np.arange(one.n)))
    random = _three(whole.random, one.whole_in_english.random, table)
    true = _three(one.halves.true, one.in_english.true, table)
    said = "yes" if tells(one) else "no"
    return f"| {'-'.join(one.languages)} | {one.n} | {hits:.2f} | {whole.auc:.3f} | {random} | {true} | {said} |"


def _three(across: NDArray[np.int64], english: NDArray[np.int64], table: NDArray[np.int32]) -> str:
    """Return which share is related: by the cosine as it is, through the table, and in English."""
    shares = (float(np.mean(values >= RELATED)) for values in (across, through(table, across), english))
    return " / ".join(f"{100 * share:.0f}" for share in shares)


def through(table: NDArray[np.int32], cosines: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what the table makes of cosines."""
    return table[np.minimum(cosines, WHOLE)].astype(np.int64)


def summary(measured: Sequence[Measurement], table: NDArray[np.int32]) -> Iterator[str]:
    """Yield what all pairs together say: mean, share related, share close."""
    random = np.concatenate([pairs_of(one.whole).random for one in measured])
    true = np.concatenate([one.halves.true for one in measured])
    for name, values in (
        ("random, cosine as it is", random),
        ("random, through the table", through(table, random)),
        ("random, in English", np.concatenate([one.whole_in_english.random for one in measured])),
        ("true, cosine as it is", true),
        ("true, through the table", through(table, true)),
        ("true, in English", np.concatenate([one.in_english.true for one in measured])),
    ):
        related, close = (100 * float(np.mean(values >= least)) for least in (RELATED, CLOSE))
        yield f"| {name} | {values.mean() / WHOLE:.3f} | {related:.0f} % | {close:.1f} % |"


def main() -> None:
    """Measure, print, and write the tables where that is asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--texts", type=Path, required=True)
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    prose, sentences = read_matters(given.texts)
    encoded = Encoded(part for one in (*prose, *sentences) for text in one.values() for part in (text, *halves(text)))
    kinds = {"prose": prose[1::2], "sentences": sentences}

    def held_out(pairs: Sequence[tuple[str, str]]) -> dict[str, list[Measurement]]:
        return {name: measure_pairs(encoded, some, pairs) for name, some in kinds.items()}

    with_english = held_out([(ENGLISH, code) for code in CODES if code != ENGLISH])
    known = [code for code in CODES if code == ENGLISH or (ENGLISH, code) in told_apart(with_english)]
    pairs = list(combinations(known, 2))
    points = points_between(measure_pairs(encoded, prose[::2], pairs))
    table = table_through(points)
    across = held_out(pairs)
    for name in kinds:
        print(f"\n{name}, held out")
        print("| languages | matters | hit@1 | AUC | random: related, % | true: related, % | compared |")
        unknown = [one for one in with_english[name] if one.languages[1] not in known]
        for one in (*across[name], *unknown):
            print(row_of(one, table))
        print("\n| pairs | mean | related | close |")
        for line in summary(across[name], table):
            print(line)
    if given.write:
        said = {
            "made_by": "python -m benchmarks.languages --write",
            "known": known,
            "tables": [{"pairs": sorted(told_apart(across)), "points": points}],
        }
        MEASURED.write_text(json.dumps(said).replace("], [[", "],\n[[") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
