"""Codes for what a form names: questions, sections and choices, each its own, whatever letters the form uses."""

from collections.abc import Iterable, Sequence

from surveys.models.answers.questionnaire import CODE_PATTERN

MAX_CODE = 60


def portal_code(name: str) -> str:
    """Return a name of the form as a code: in small letters, others than letters and digits as underscores."""
    code = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in name.casefold())
    return (code if code[:1].isalpha() else f"n{code}")[:MAX_CODE]


def is_code(name: str) -> bool:
    """Return whether a name is a code as it stands."""
    return bool(CODE_PATTERN.match(name)) and len(name) <= MAX_CODE


class Codes:
    """Gives out codes, no two alike; names that are codes themselves are kept for those that bear them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._kept = {name for name in names if is_code(name)}
        self._given: set[str] = set()

    def give(self, name: str, *, group: str = "") -> str:
        """Return a code for a name; where another has it, with the group before it, or a number behind it."""
        plain = portal_code(name)
        candidates = [plain] if plain == name or plain not in self._kept else []
        if group:
            candidates.append(portal_code(f"{group}_{name}"))
        for candidate in candidates:
            if candidate not in self._given and (candidate == name or candidate not in self._kept):
                self._given.add(candidate)
                return candidate
        number = 2
        while (code := f"{plain[: MAX_CODE - 6]}_{number}") in self._given | self._kept:
            number += 1
        self._given.add(code)
        return code


def codes_of_choices(names: Sequence[str]) -> dict[str, str]:
    """Return the code of each choice of a list by its name in the form."""
    codes = Codes(names)
    return {name: codes.give(name) for name in names}


def in_words(name: str) -> str:
    """Return a name that stands where the form has no label: "household_info" → "Household info"."""
    words = " ".join(name.replace("_", " ").split())
    return words[:1].upper() + words[1:]
