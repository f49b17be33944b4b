"""What CLDR (by Babel) calls countries: read on input, never shown."""

from collections.abc import Iterator
from functools import cache

from babel import Locale, localedata
from babel.languages import get_official_languages

UN_LANGUAGES = ("en", "fr", "es", "ru", "zh", "ar")

# Official languages of ESCAP members, beyond those of the UN: an agency writes its neighbours in its own language.
ESCAP_LANGUAGES = (
    "az", "bn", "dz", "fa", "fil", "hi", "hy", "id", "ja", "ka", "kk", "km", "ko", "ky", "lo",
    "mn", "ms", "my", "ne", "ps", "si", "ta", "tg", "th", "tk", "tr", "ur", "uz", "vi",
)  # fmt: skip


@cache
def _territories(language: str) -> dict[str, str]:
    if not localedata.exists(language):
        return {}
    names = dict(Locale.parse(language).territories)
    # All that Babel has read of the language, of which the names of countries are a small part: forty of them at once
    # would take as much memory as the rest of the portal.
    localedata._cache.pop(language, None)  # noqa: SLF001 - Babel has no other way
    return names


def names_by_language(iso2: str) -> Iterator[tuple[str, str]]:
    """Yield (language, name) of a country: in the languages of the UN, of ESCAP members, and in its own.

    iso2: ISO 3166-1 alpha-2, upper case. Source: Unicode CLDR as packaged by Babel.
    """
    own = get_official_languages(iso2, regional=False, de_facto=True)
    for language in dict.fromkeys((*UN_LANGUAGES, *ESCAP_LANGUAGES, *own)):
        name = _territories(language).get(iso2)
        if name:
            yield language, name


def forget_languages() -> None:
    """Let go of what Babel keeps of the languages that others are read by.

    It would stay in memory as long as the process; whoever asks for a language again waits for it again.
    """
    localedata._cache.clear()  # noqa: SLF001 - Babel has no other way
