"""Languages that postings are written in and cooperation is given in: ISO 639-1 codes, named by CLDR."""

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.models.postings.posting import Posting
from surveys.reading.language import proposed_language

ENGLISH = "en"
CODES = (
    "ar", "zh", "en", "fr", "ru", "es",
    "az", "bi", "bn", "de", "dv", "dz", "fa", "fj", "fil", "hi", "hy", "id", "ja", "ka", "kk", "km", "ko", "ky", "lo",
    "mi", "mn", "ms", "my", "ne", "ps", "pt", "si", "sm", "sw", "ta", "tet", "tg", "th", "tk", "to", "tpi", "tr",
    "ur", "uz", "vi",
)  # fmt: skip
"""The six of the United Nations first, then those of the region and of its partners, by code."""


def reads_like(*texts: str) -> str:
    """Return the code of the language that these texts together read like; empty where it is not certain."""
    return proposed_language("\n".join(texts), among=CODES)


def reads_otherwise(*, title: str, text: str, language: str) -> str:
    """Return the name of the language that a posting reads like; empty where it is the one that it says, or unsure."""
    proposed = reads_like(title, text)
    return "" if proposed in ("", language) else language_names([proposed])[0]


def language_in_a_sentence(code: str) -> str:
    """Return the name of a language as it stands within a sentence of the reader's language; an unknown one's code."""
    return str(Locale.parse((get_language() or "en").split("-")[0]).languages.get(code, code))


def language_choices() -> list[tuple[str, str]]:
    """Return codes with their names in the reader's language, the six of the United Nations first."""
    names = Locale.parse((get_language() or "en").split("-")[0]).languages
    return [(code, str(names.get(code, code)).capitalize()) for code in CODES]


def language_names(codes: list[str]) -> list[str]:
    """Return the names of these codes in the reader's language; an unknown code stands for itself."""
    names = dict(language_choices())
    return [names.get(code, code) for code in codes]


def translation_note(posting: Posting) -> str:
    """Return which text prevails, to stand with the English one of a posting in another language; else nothing."""
    if not posting.english_text or posting.language == ENGLISH:
        return ""
    said = _("Unofficial translation; the %(language)s text prevails.")
    return said % {"language": language_in_a_sentence(posting.language)}
