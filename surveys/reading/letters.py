"""In which encoding a text file is read: what the child proposes by its letters, held against names that are known."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from surveys.reading.cells import UTF_8, UTF_16

SURE_SCORE, SURE_MARGIN = 0.6, 0.15
"""A reading below, or with another one so close, is asked about."""
COMPARED, MOST_SAMPLES = 5, 8
IsKnown = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Letters:
    """How the bytes of a text file were read that do not say their encoding; samples: cells beyond ASCII."""

    encoding: str
    is_sure: bool
    is_chosen: bool
    samples: Sequence[str]

    @property
    def plain(self) -> dict[str, Any]:
        """Return it as an import keeps it, without the samples: those are what people wrote."""
        return {"encoding": self.encoding, "is_sure": self.is_sure, "is_chosen": self.is_chosen}

    def __str__(self) -> str:
        """Return it in a sentence."""
        samples = ", ".join(f"“{sample}”" for sample in self.samples) or _("no letters beyond the English ones")
        return _("Read as %(encoding)s: %(samples)s.") % {"encoding": in_words(self.encoding), "samples": samples}


def encodings() -> Mapping[str, str]:
    """Return the encodings that a person can choose, with their names."""
    return {
        UTF_8: _("Unicode (UTF-8)"),
        "cp1252": _("Western European (Windows-1252)"),
        "cp1251": _("Cyrillic (Windows-1251)"),
        "gb18030": _("Chinese, simplified (GB18030)"),
        "cp950": _("Chinese, traditional (Big5)"),
        "cp874": _("Thai (Windows-874)"),
        "cp1256": _("Arabic (Windows-1256)"),
        "cp932": _("Japanese (Shift_JIS)"),
        "cp949": _("Korean (EUC-KR)"),
        "cp1258": _("Vietnamese (Windows-1258)"),
        "cp1254": _("Turkish (Windows-1254)"),
        "cp1250": _("Central European (Windows-1250)"),
        UTF_16: _("Unicode (UTF-16)"),
    }


def in_words(encoding: str) -> str:
    """Return the name of an encoding."""
    return encodings().get(encoding, encoding)


def choose(candidates: Sequence[Sequence[Any]], *, chosen: str, is_known: IsKnown | None) -> Letters:
    """Return how to read bytes, of what the child proposes: [encoding, how plausible, cells], the best first.

    A reading in which cells are names that are known goes before one that only looks well.
    """
    if chosen:
        return Letters(chosen, is_sure=True, is_chosen=True, samples=_samples(candidates[0][2]))
    close = candidates[:COMPARED]
    known = [_count_known(cells, is_known) for _encoding, _score, cells in close]
    ranked = sorted(range(len(close)), key=lambda at: (-known[at], at))
    first = ranked[0]
    encoding, score, cells = close[first]
    rivals = [at for at in ranked[1:] if list(close[at][2]) != list(cells)]
    beaten = all(known[first] > known[at] or score - close[at][1] >= SURE_MARGIN for at in rivals)
    is_sure = beaten and (score >= SURE_SCORE or known[first] > 0)
    return Letters(encoding, is_sure=is_sure, is_chosen=False, samples=_samples(cells))


def _count_known(cells: Iterable[str], is_known: IsKnown | None) -> int:
    return sum(is_known(cell) for cell in cells) if is_known else 0


def _samples(cells: Sequence[str]) -> list[str]:
    """Return a few cells, the shorter first: names rather than sentences."""
    return sorted(cells, key=lambda cell: len(cell) > 30)[:MOST_SAMPLES]
