"""Reads the text of a cell as choices of a question: by code, label or other spelling, exactly; never guessing."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from surveys.models import Question
from surveys.questionnaires.lists import OTHER, Choice
from web.text import fold

_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_AROUND_SLASH = re.compile(r"\s*/\s*")
_LINES = re.compile(r"[;\n|]")
MAX_NAMED = 100
MOST_REMEMBERED = 20_000
MOST_WAYS = 16
"""Of cutting a cell at its spaces, as far as they are told apart."""


class ChoiceError(ValueError):
    """Entries that are not known. `entries`: each with the codes that it could be."""

    def __init__(self, message: str, entries: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(message)
        self.entries = entries


def choice_key(text: str) -> str:
    """Return a label for comparison: folded, apostrophes of one kind, no space around a slash, & as "and"."""
    return _AROUND_SLASH.sub("/", fold(text.translate(_APOSTROPHES))).replace("&", "and")


class Choices:
    """The answers that a question knows, with their spellings."""

    def __init__(
        self,
        question: Question,
        choices: Sequence[Choice],
        decisions: Mapping[str, str],
        *,
        offered: Sequence[Choice] | None = None,
    ) -> None:
        self.allows_other = question.allows_other
        self._found: dict[str, tuple[str, ...]] = {}
        self.labels = {choice.code: choice.label for choice in choices}
        self._offered = {choice.code for choice in (choices if offered is None else offered)}
        spellings: dict[str, set[str]] = {}
        for choice in choices:
            for spelling in choice.spellings:
                spellings.setdefault(choice_key(spelling), set()).add(choice.code)
        own = any(True for _option in question.options.all())
        # Of the portal's lists, a spelling of several entries decides nothing; of own options it chooses them all.
        self._codes: dict[str, tuple[str, ...]] = {
            spelling: tuple(sorted(codes))
            for spelling, codes in spellings.items()
            if spelling and (own or len(codes) == 1)
        }
        for choice in choices:
            self._codes[choice_key(choice.code)] = (choice.code,)
        for choice in choices:
            self._codes[choice_key(choice.label)] = (choice.code,)
        for line in question.spellings.splitlines():
            spelling, _equals, code = line.partition("=")
            if code.strip() in self.labels:
                self._codes[choice_key(spelling)] = (code.strip(),)
        self._codes |= {choice_key(spelling): (code,) for spelling, code in decisions.items() if code in self.labels}
        self._longest: dict[str, int] = {}
        """How many words the longest spelling has, by its first word."""
        for spelling in self._codes:
            first, count = _first_word(spelling), len(spelling.replace("/", " / ").split())
            self._longest[first] = max(count, self._longest.get(first, 0))

    def find(self, text: str) -> tuple[str, ...]:
        """Return the codes that a text stands for; empty where it is not known."""
        if text not in self._found:
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            self._found[text] = self._codes.get(choice_key(text), ())
        return self._found[text]

    def read(
        self, text: str, *, names: bool = False, chosen: Collection[str] | None = None, among: Collection[str] = ()
    ) -> tuple[list[str], str]:
        """Return the codes in a cell of several answers, each once and in their order, and "other" as text.

        Entries end at semicolons, line ends or bars; else at commas, where a label with commas in it is read as one;
        names: at spaces, as KoboToolbox and ODK write the names of answers, or their labels. Where labels with spaces
        in them can be cut in more than one way, that one is meant which holds of `among` what is `chosen`, by the 0/1
        columns of the same question. "Other: text" is read as such where the question allows it. Raises ChoiceError
        naming every entry that is not known, and no entry for a text that can be read in two ways.
        """
        found: dict[str, None] = {}
        unknown: list[str] = []
        others: list[str] = []
        for entry in self._entries(text, names=names, chosen=chosen, among=among) if text else ():
            codes = self.find(entry)
            if codes:
                found.update(dict.fromkeys(codes))
            elif self.allows_other and (said := _said_as_other(entry, self.labels)):
                found[OTHER] = None
                others.append(said)
            else:
                unknown.append(entry)
        if unknown:
            raise ChoiceError(
                " ".join(self.complain(entry) for entry in unknown), {entry: self.close_to(entry) for entry in unknown}
            )
        return list(found), "; ".join(others)

    def _entries(
        self, text: str, *, names: bool, chosen: Collection[str] | None, among: Collection[str]
    ) -> Iterable[str]:
        words = text.split()
        if names and all(word in self.labels for word in words):
            return words
        ways = self._ways(words) if names else []
        if chosen is not None:
            wanted = set(chosen)
            for codes, entries in ways:
                if codes & set(among) == wanted:
                    return entries
        if self.find(text) and (len(ways) < 2 or choice_key(text) not in map(choice_key, self.labels.values())):
            return [text]
        lines = [entry.strip() for entry in _LINES.split(text) if entry.strip()]
        if len(lines) > 1 or text.rstrip().endswith(";"):
            return lines
        if len(ways) > 1:
            raise ChoiceError(
                _("This can be read as %(ways)s: put semicolons between the answers.")
                % {"ways": " / ".join("; ".join(entries) for _codes, entries in ways[:3])},
                {},
            )
        if ways:
            return ways[0][1]
        if names:
            entries = self._longest_first(words)
            if len(entries) < len(words) or not any(mark in text for mark in ",;"):
                return entries
        return self._by_commas(text)

    def _ways(self, words: Sequence[str]) -> list[tuple[frozenset[str], list[str]]]:
        """Return the ways in which words are known answers with spaces between them: their codes, and the entries.

        For example `Study visits Food` is "Study visits" and "Food", where those are labels.
        """
        # From the end: what can be made of the rest, once for each place.
        rest: list[dict[frozenset[str], list[str]]] = [{} for _word in words] + [{frozenset(): []}]
        for start in range(len(words) - 1, -1, -1):
            for entry, end in self._known_from(words, start):
                for codes, entries in rest[end].items():
                    if len(rest[start]) < MOST_WAYS:
                        rest[start].setdefault(codes | set(self.find(entry)), [entry, *entries])
        return list(rest[0].items()) if words else []

    def _known_from(self, words: Sequence[str], start: int) -> Iterable[tuple[str, int]]:
        """Yield the known answers that begin at a word, the longest first, and where each ends."""
        longest = self._longest.get(_first_word(choice_key(words[start])), 0)
        for end in range(min(len(words), start + longest), start, -1):
            entry = " ".join(words[start:end])
            if self.find(entry):
                yield entry, end

    def _longest_first(self, words: Sequence[str]) -> list[str]:
        """Join words to known answers, the longest first; what is not known stays together between labels."""
        entries: list[str] = []
        unknown: list[str] = []
        start = 0
        while start < len(words):
            entry, end = next(iter(self._known_from(words, start)), ("", start + 1))
            if entry:
                entries += [" ".join(unknown)] if unknown else []
                entries.append(entry)
                unknown = []
            else:
                unknown.append(words[start])
            start = end
        entries += [" ".join(unknown)] if unknown else []
        if any(" " in entry and self.find(entry) for entry in entries):
            return entries
        # Names of answers hold no space: each word is one.
        return list(words)

    def _by_commas(self, text: str) -> list[str]:
        """Cut at commas, the longest known label first; what is not known between two goes on to the next known one."""
        pieces = [piece.strip() for piece in text.split(",")]
        entries: list[str] = []
        start = 0
        while start < len(pieces):
            for end in range(len(pieces), start, -1):
                if self.find(", ".join(pieces[start:end])):
                    break
            else:
                end = start + 1
            entry = ", ".join(pieces[start:end])
            if entry:
                entries.append(entry)
            start = end
        if not any(self.find(entry) for entry in entries):
            return [text.strip()]
        return entries

    def close_to(self, entry: str) -> tuple[str, ...]:
        """Return at most three codes that the entry could be, likeliest first: to ask, never to decide."""
        key = choice_key(entry[:MAX_NAMED])
        begins = [codes for spelling, codes in self._codes.items() if len(key) > 1 and spelling.startswith(key)]
        holds = [codes for spelling, codes in self._codes.items() if len(key) > 2 and f" {key}" in f" {spelling}"]
        close = [self._codes[spelling] for spelling in difflib.get_close_matches(key, self._codes, n=3, cutoff=0.7)]
        found = dict.fromkeys(code for codes in (*begins, *close, *holds) for code in codes)
        return tuple(code for code in found if code in self._offered)[:3]

    def complain(self, entry: str) -> str:
        """Return what to say of an entry that is not known."""
        shown = entry[:MAX_NAMED]
        if close := self.close_to(entry):
            return _("“%(entry)s” is not known. Did you mean: %(labels)s?") % {
                "entry": shown,
                "labels": "; ".join(self.labels[code] for code in close),
            }
        return _("“%(entry)s” is not known. Known are: %(labels)s.") % {
            "entry": shown,
            "labels": "; ".join([label for code, label in self.labels.items() if code in self._offered][:40]),
        }


def _first_word(key: str) -> str:
    return key.partition(" ")[0].partition("/")[0]


def _said_as_other(entry: str, labels: Mapping[str, str]) -> str:
    """Return the text behind "Other:"; empty where the entry does not say that it is another one: it may be a typo."""
    before, colon, after = entry.partition(":")
    others = {"other", "others", "autre", "otro", "otra", "другое", fold(labels[OTHER])}
    return after.strip() if colon and fold(before) in others else ""
