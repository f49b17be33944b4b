"""What is personal in a text, and what stands in its place once it is erased.

A cell or an answer that is personal as a whole leaves a fingerprint, keyed by the portal's secret: the same file
brought in again is known to say the same, and nothing can be read from it. In other texts addresses and telephone
numbers alone are taken out, and the names that those cells gave.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.crypto import salted_hmac

from surveys.choices import Feeds, QuestionKind

ERASED = "[erased]"
MARK = "erased:"
FEWEST_CHARACTERS, FEWEST_DIGITS = 5, 6
"""A name or number with fewer is not looked for in other texts: it would be found in ordinary words."""

_ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(
    r"\+\s?\d[\d ().\-/]{6,}\d|\b(?:tel|telephone|phone|mobile|mob|cell|fax|whatsapp)\b"
    r"[.:\s]*\(?\+?\d[\d ().\-/]{4,}\d",
    re.IGNORECASE,
)
_ROW_OF_ERASED = re.compile(r"\[erased\](?:[\s,;:()<>/-]*\[erased\])+")
_OF_A_PERSON = re.compile(
    r"\b(?:names?|contacts?|respondents?|persons?|focal points?|enumerator|interviewer|signature|e-?mail|mail|"
    r"phone|tel|telephone|mobile|whatsapp|fax|nom|nombre|correo|courriel|filled in by|"
    r"completed by|prepared by|answered by)\b",
    re.IGNORECASE,
)
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:country|countries|agency|agencies|institutions?|ministry|ministries|organi[sz]ations?|projects?|programmes?|"
    r"programs?|offices?|groups?|regions?|pays|país)\b",
    re.IGNORECASE,
)


def says_a_person(heading: str) -> bool:
    """Return whether a heading asks for a person's name, address or number."""
    words = heading.replace("_", " ").replace("/", " ")
    if re.search(r"e-?mail|phone|contact|respondent|focal point", words, re.IGNORECASE):
        return True
    return bool(_OF_A_PERSON.search(words)) and not _OF_SOMETHING_ELSE.search(words)


def is_personal(*, code: str, label: str, kind: str, feeds: str, is_public: bool) -> bool:
    """Return whether a question asks for personal details.

    What becomes the contact of a posting does. So does a text that becomes nothing in a posting, and is not shown
    publicly or asks for a person by its words.
    """
    if feeds == Feeds.CONTACT:
        return True
    return not feeds and kind == QuestionKind.TEXT and (not is_public or says_a_person(f"{code} {label}"))


def fingerprint(text: Any) -> str:
    """Return what stands for an erased text: the same for the same one."""
    return MARK + salted_hmac("surveys.erasing", str(text)).hexdigest()[:24]


def scrub(text: str, also: Collection[str] = ()) -> str:
    """Return a text without addresses and telephone numbers, and without the texts `also`."""
    for one in sorted(also, key=len, reverse=True):
        text = re.sub(re.escape(one), ERASED, text, flags=re.IGNORECASE)
    # However many parts it had: the same person may be known by more of them at another time.
    return _ROW_OF_ERASED.sub(ERASED, _NUMBER.sub(ERASED, _ADDRESS.sub(ERASED, text)))


def scrub_all(value: Any, also: Collection[str] = ()) -> Any:
    """Return what JSON holds with every text in it scrubbed, keys included."""
    if isinstance(value, str):
        return value if value.startswith(MARK) else scrub(value, also)
    if isinstance(value, Mapping):
        return {scrub(str(key), also): scrub_all(one, also) for key, one in value.items()}
    return [scrub_all(one, also) for one in value] if isinstance(value, list) else value


def still_erased(text: str, before: str, also: Collection[str]) -> str:
    """Return what is kept of a text that comes again: what stands of it by now, or the text where it is another.

    also: the person's own name and numbers, from what comes again with it: nothing here remembers them.
    """
    as_erased = fingerprint(text) if before.startswith(MARK) else scrub(text, also)
    return before if as_erased == before else text


def names_in(texts: Iterable[str]) -> list[str]:
    """Return what personal answers and cells give to look for in other texts."""
    whole = [text.strip() for text in texts if len(text.strip()) >= FEWEST_CHARACTERS]
    return list(dict.fromkeys([*whole, *(part for text in whole for part in parts_of(text))]))


def parts_of(text: str) -> list[str]:
    """Return the name, the addresses and the numbers that a contact holds, as they may stand in other texts."""
    parts = [part.strip(" .:") for part in re.split(r"[,;|\n<>()]|\s[-–/]\s", text)]
    # A single word may be a title, and an institution is no person: those would be missed in other texts.
    names = [part for part in parts if " " in part and not _OF_SOMETHING_ELSE.search(part)]
    numbers = [part for part in parts if sum(map(str.isdigit, part)) >= FEWEST_DIGITS]
    return list(dict.fromkeys([*names, *numbers, *_ADDRESS.findall(text), *_NUMBER.findall(text)]))
