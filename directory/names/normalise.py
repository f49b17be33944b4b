"""The form in which names are compared: what people vary without meaning another name is folded away."""

import re
import unicodedata

# Punctuation that people put inside a word: it joins (People's = Peoples) where other punctuation separates.
_APOSTROPHES = dict.fromkeys(map(ord, "'`´‘’‚‛′＇ʹʻʼʽʾʿˈ"))

# The French and Italian elision separates words: d'Ivoire, l'Inde.
_ELISION = re.compile(r"\b([dl])['’]", re.IGNORECASE)

# Footnote signs: NFKC would glue them to the word as digits.
_SUPERSCRIPTS = dict.fromkeys(map(ord, "¹²³⁰⁴⁵⁶⁷⁸⁹"), " ")

_LETTERS = str.maketrans(
    {
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ə": "e",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ک": "ك",
        "ة": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ـ": None,
        "&": " and ",
        "+": " and ",
    }
)

# Marks that only adorn a letter (Latin, Greek, Cyrillic, Hebrew, Arabic). Elsewhere (Thai, Devanagari, Khmer …) marks
# are vowels, without which Niger and Nigeria can become one.
_ADORNING_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)

_BEFORE = _APOSTROPHES | _SUPERSCRIPTS
_AFTER = _APOSTROPHES | _LETTERS


class _Becomes(dict[int, str | int | None]):
    """What becomes of each character: letters, marks and numbers stay, the invisible goes, all else separates."""

    def __missing__(self, code: int) -> str | int | None:
        category = unicodedata.category(chr(code))
        becomes: str | int | None = " "
        if category[0] in "LMN":
            becomes = code
        elif category in {"Cf", "Cs"}:
            becomes = None
        # Of the million characters beyond, which names hardly have, nobody's text shall fill the memory.
        if code < _FIRST_BEYOND:
            self[code] = becomes
        return becomes


_FIRST_BEYOND = 0x10000
_BECOMES = _Becomes()

_IGNORED_WORDS = frozenset({"the", "of", "and"})

_SHORT_FORMS = {
    "republic": "rep",
    "democratic": "dem",
    "federal": "fed",
    "federated": "fed",
    "federation": "fed",
    "island": "is",
    "islands": "is",
    "isle": "is",
    "isles": "is",
    "states": "state",
    "sts": "state",
    "saint": "st",
    "sainte": "st",
    "ste": "st",
    "peoples": "people",
    "territories": "territory",
    "terr": "territory",
    "prov": "province",
    "govt": "government",
    "gov": "government",
}

_PHRASES = ((re.compile(r"\bspecial administrative region\b"), "sar"),)


def _characters(text: str) -> str:
    """Fold one pass over the characters: compatibility forms, case, marks, apostrophes, everything not a word."""
    bare = _ELISION.sub(r"\1 ", text).translate(_BEFORE)
    folded = unicodedata.normalize("NFKC", bare).casefold()
    decomposed = _ADORNING_MARKS.sub("", unicodedata.normalize("NFKD", folded))
    return unicodedata.normalize("NFC", decomposed.translate(_AFTER)).translate(_BECOMES)


def _is_plain(folded: str) -> bool:
    """Whether another pass would change nothing, seen without one: most names come to small letters of ASCII."""
    return folded.isascii() and folded == folded.lower()


def _words(words: list[str]) -> list[str]:
    """Fold one pass over the words: articles go, spelled initials join (u s a), long forms become short ones."""
    folded: list[str] = []
    initials = ""
    for word in [*words, ""]:
        if word in _IGNORED_WORDS:
            continue
        if len(word) == 1 and word.isascii() and word.isalpha():
            initials += word
            continue
        if initials:
            folded.append(initials)
            initials = ""
        if word:
            folded.append(_SHORT_FORMS.get(word, word))
    text = " ".join(folded)
    for phrase, short in _PHRASES:
        text = phrase.sub(short, text)
    return text.split()


def normalise(text: str) -> str:
    """Return the form of `text` in which names are compared; equal forms are the same name.

    Case, marks, apostrophes, punctuation, white space, invisible and control characters, the words "the", "of" and
    "and" and the usual abbreviations (Rep., Dem., Fed., Is., St., U.S.) make no difference. The result is for
    comparing only, never for showing; it is empty where nothing of a name is left. Any string is accepted, lone
    surrogates included; time is linear in its length, and normalising twice changes nothing.
    """
    characters = _characters(text)
    while not _is_plain(characters) and (again := _characters(characters)) != characters:
        characters = again
    words = characters.split()
    while (shorter := _words(words)) != words:
        words = shorter
    return " ".join(words)
