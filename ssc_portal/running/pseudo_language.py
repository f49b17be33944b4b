"""The pseudo-language in which layouts are tried: a right-to-left language that Django is told of."""

from django.conf import locale

CODE, NAME = "ar-xb", "Pseudo (right to left)"


def add_pseudo_language() -> tuple[str, str]:
    """Tell Django of the language, and return its entry in LANGUAGES: a name that is not translated."""
    locale.LANG_INFO[CODE] = {"bidi": True, "code": CODE, "name": NAME, "name_local": NAME}
    return CODE, NAME
