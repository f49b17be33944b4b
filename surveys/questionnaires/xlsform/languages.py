"""The languages of a form: "Français (fr)", "fr", "French" and "Français" are one."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale
from django.conf.locale import LANG_INFO

# How forms name languages that Babel calls otherwise.
_ALSO = {
    "burmese": "my", "myanmar": "my", "tetum": "tet", "tetun": "tet", "tok pisin": "tpi", "bahasa": "id", "dari": "prs",
    "farsi": "fa", "mandarin": "zh", "chinese": "zh", "kurmanji": "kmr", "sorani": "ckb", "lingala": "ln",
}  # fmt: skip
_WRITTEN_BY = ("en", "fr", "es", "ar", "ru", "zh", "pt")
MOST_CHARACTERS = 10


def language_code(language: str) -> str:
    """Return the code of a language as a form names it; of a name that nobody knows, the name's beginning."""
    language = " ".join(language.split())
    if language.endswith(")") and "(" in language:
        return language.rpartition("(")[2][:-1].strip().casefold()[:MOST_CHARACTERS]
    name = language.casefold()
    if name in ("", "default"):
        return "en"
    return _names().get(name, name[:MOST_CHARACTERS].strip())


def is_known(code: str) -> bool:
    """Return whether a code is one of a language, not a name that nobody knows."""
    return code.partition("-")[0] in _codes()


def text_in_english(texts: Any, default: str) -> str:
    """Return the text of a form that stands for all languages: the English one, else that of its default language."""
    if not isinstance(texts, Mapping):
        return str(texts or "")
    by_code = {language_code(language): text for language, text in texts.items()}
    first = next((text for text in texts.values() if text), "")
    return str(by_code.get("en") or texts.get(default) or first or "")


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").languages) if "_" not in code)


@cache
def _names() -> dict[str, str]:
    """Return codes by the names of languages: in the UN's languages, in their own, and the codes themselves."""
    found: dict[str, str] = {}
    for writer in _WRITTEN_BY:
        for code, name in Locale(writer).languages.items():
            if "_" not in code:
                found.setdefault(name.casefold(), code)
    for code, info in LANG_INFO.items():
        if "-" not in code and (name := info.get("name_local")):
            found.setdefault(str(name).casefold(), code)
    for code in _codes():
        if len(code) == 2:
            found.setdefault(code, code)
    return found | _ALSO
