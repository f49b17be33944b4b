"""Bars: a label and its number on one line, the bar below. A row is as high on a telephone as on a desk.

What stands on its own line needs no room beside the bar, so that a long label is read whole at 360 pixels. A bar may
be of several parts, told apart by patterns: colour alone says nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from web.pictures.lettering import Across, TextLine, text_lines, text_width
from web.text import in_figures

LETTERS_A_LINE, MOST_LINES = 34, 3
"""Of a label with its number on a telephone; within a width, as many letters as it holds."""
LEAST_LETTERS = 12
FIRST_LINE, LINE, BAR, BELOW = 14, 16, 9, 9
"""Heights, in pixels: to the foot of the first line, of each further one, of the bar, and what is left below it."""
LEGEND = 24
SWATCH, BESIDE_SWATCH, LETTER = 12, 18, 8
PATTERNS = ("solid", "lines", "dots", "open")
"""By the place of the part in its bar."""
IN_A_FILE = {"solid": "#0b5a62", "open": "#fff"}
"""Colours of those that need no drawing of their own; a page has others."""


@dataclass(frozen=True)
class Bar:
    """One bar. `parts`: a number for each of the series; `shown`: what is said of it where that is not the numbers."""

    label: str
    parts: tuple[float, ...]
    shown: str = ""
    address: str = ""
    """Of the list that it counts; empty where there is none."""

    @property
    def total(self) -> float:
        """All parts together."""
        return sum(self.parts)

    @property
    def all(self) -> str:
        """What the table says of all parts together."""
        return self.shown or in_figures(self.total)

    @property
    def number(self) -> str:
        """What stands beside the label: of a bar of several parts "2 + 7"."""
        return self.shown or " + ".join(in_figures(part) for part in self.parts)


@dataclass(frozen=True)
class BarPicture:
    """A picture of bars, and the table beside it.

    `name` is unique on its page; `heading` is what the labels are, `counted` what the numbers count. `series` names the
    parts of the bars where they have several. `full` is the number at which a bar is as long as the picture is wide;
    without it, the greatest. `further` stand in the table and are not drawn.
    """

    name: str
    title: str
    heading: str
    counted: str
    bars: Sequence[Bar]
    series: Sequence[str] = ()
    full: float = 0
    further: Sequence[Bar] = field(default_factory=tuple)
    file: str = ""
    """The address of the picture as a file; empty where there is none."""
    template = "pictures/bars.svg"

    @property
    def rows(self) -> list[Bar]:
        """All rows of the table."""
        return [*self.bars, *self.further]

    @property
    def description(self) -> str:
        """What the picture shows, for who does not see it."""
        said = "; ".join(f"{bar.label}: {bar.number}" for bar in self.bars)
        if not self.series:
            return said
        return _("%(series)s. %(numbers)s") % {"series": " + ".join(self.series), "numbers": said}

    def drawn(self, across: Across | None = None) -> "DrawnBars":
        """Return where everything stands: in percent for a page, else within a width."""
        return DrawnBars(self, across or Across.for_reader())


@dataclass(frozen=True)
class Stretch:
    """A part of a bar."""

    x: str
    y: int
    width: str
    pattern: str
    fill: str


@dataclass(frozen=True)
class Swatch:
    """What a pattern stands for: `y` from the top; `shift` and `text_shift` are counted from where lines begin."""

    y: int
    shift: str
    text_shift: str
    pattern: str
    fill: str
    text: str

    @property
    def text_y(self) -> int:
        """Where its words stand."""
        return self.y + 11


@dataclass(frozen=True)
class DrawnBars:
    """The picture as it is drawn."""

    picture: BarPicture
    across: Across

    @cached_property
    def _tops(self) -> list[int]:
        top = self.swatches[-1].y + LEGEND - 2 if self.swatches else 0
        tops = []
        for lines in self._lines:
            tops.append(top)
            top += FIRST_LINE + LINE * (len(lines) - 1) + BAR + BELOW + 5
        return [*tops, top]

    @cached_property
    def _lines(self) -> list[list[str]]:
        """The lines of each label; the first leaves room for the number at its end."""
        return [
            text_lines(bar.label, width=max(LEAST_LETTERS, self._letters - 1 - text_width(bar.number)), most=MOST_LINES)
            for bar in self.picture.bars
        ]

    @property
    def _letters(self) -> int:
        return int(self.across.width / LETTER) if self.across.width else LETTERS_A_LINE

    @property
    def height(self) -> int:
        """In pixels."""
        return self._tops[-1]

    @property
    def labels(self) -> Iterator[TextLine]:
        """Yield the lines of the labels."""
        for top, lines in zip(self._tops, self._lines, strict=False):
            for place, text in enumerate(lines):
                yield TextLine(self.across.start, top + FIRST_LINE + LINE * place, text)

    @property
    def numbers(self) -> Iterator[TextLine]:
        """Yield the number of each bar, at the end of its first line."""
        for top, bar in zip(self._tops, self.picture.bars, strict=False):
            yield TextLine(self.across.end, top + FIRST_LINE, bar.number)

    @property
    def tracks(self) -> list[int]:
        """How far down each bar stands."""
        return [bottom - BELOW - BAR for bottom in self._tops[1:]]

    @property
    def stretches(self) -> Iterator[Stretch]:
        """Yield the parts of the bars, one behind the other."""
        full = self.picture.full or max((bar.total for bar in self.picture.bars), default=0)
        for y, bar in zip(self.tracks, self.picture.bars, strict=True):
            begins = 0.0
            for part, pattern in zip(bar.parts, PATTERNS, strict=False):
                share = min(part / full, 1 - begins) if full else 0
                if part:
                    x, width = self.across.left_of(begins, share), self.across.length(share)
                    yield Stretch(x, y, width, pattern, self._fill(pattern))
                begins += share

    @cached_property
    def swatches(self) -> list[Swatch]:
        """What the patterns stand for, in as many lines as it needs; none for bars of one part."""
        way, own = (-1, -SWATCH) if self.across.mirrored else (1, 0)
        from_start, y, found = 0.0, 2, []
        for name, pattern in zip(self.picture.series, PATTERNS, strict=False):
            width = BESIDE_SWATCH + LETTER * text_width(name)
            if from_start and from_start + width > LETTER * self._letters:
                from_start, y = 0.0, y + LEGEND - 4
            shift, text_shift = f"{way * from_start + own:g}", f"{way * (from_start + BESIDE_SWATCH):g}"
            found.append(Swatch(y, shift, text_shift, pattern, self._fill(pattern), name))
            from_start += width + BESIDE_SWATCH
        return found

    def _fill(self, pattern: str) -> str:
        return IN_A_FILE.get(pattern, f"url(#{self.picture.name}-{pattern})")
