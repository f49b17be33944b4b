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
    return dict(Locale.parse(language).territories) if localedata.exists(language) else {}


def names_by_language(iso2: str) -> Iterator[tuple[str, str]]:
    """Yield (language, name) of a country: in the languages of the UN, of ESCAP members, and in its own.

    iso2: ISO 3166-1 alpha-2, upper case. Source: Unicode CLDR as packaged by Babel.
    """
    own = get_official_languages(iso2, regional=False, de_facto=True)
    for language in dict.fromkeys((*UN_LANGUAGES, *ESCAP_LANGUAGES, *own)):
        name = _territories(language).get(iso2)
        if name:
            yield language, name
