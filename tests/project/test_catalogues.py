"""Every text of the portal is translated into every language that it offers, and each translation says as much.

New texts without a translation are named in full; `make messages` puts them into the catalogues, empty.
"""

import re
from collections import Counter
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.utils import formats, translation

from directory.choices import LEVELS_CALLED_BY_CODE
from tools import messages
from tools.pseudo import pseudo_text

pytestmark = pytest.mark.any_database

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|\$\{\w+\}")
TAG = re.compile(r"</?[a-z]+[^>]*>")


@cache
def catalogue(language: str) -> Catalog:
    return messages.read(translation.to_locale(language))


def translated(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def texts_of(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    known = {(message.context, texts_of(message)) for message in translated(language) if all(messages.strings(message))}
    wanted = {
        (one.context, (one.identity,) if isinstance(one.identity, str) else one.identity)
        for one in messages.found_texts()
    }
    missing = sorted(f"{context or ''}|{' / '.join(texts)}" for context, texts in wanted - known)
    assert not missing, f"{len(missing)} without a translation (make messages):\n" + "\n".join(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_keeps_what_nothing_says_any_more(language: str) -> None:
    known = {(message.context, texts_of(message)) for message in translated(language)}
    wanted = {
        (one.context, (one.identity,) if isinstance(one.identity, str) else one.identity)
        for one in messages.found_texts()
    }
    assert known <= wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in translated(language) if message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_and_the_tags_are_those_of_the_text(language: str) -> None:
    wrong = [message.id for message in translated(language) if not says_as_much(message)]
    assert wrong == []


def says_as_much(message: Message) -> bool:
    """Whether each form has the placeholders and tags of the text; a singular may leave its number out."""
    texts, strings = texts_of(message), messages.strings(message)
    wanted = [parts(text) for text in texts]
    return all(
        parts(string) in wanted or (number == 0 and len(texts) > 1 and not parts(string) - wanted[-1])
        for number, string in enumerate(strings)
    )


def parts(text: str) -> Counter[str]:
    return Counter([*PLACEHOLDER.findall(text), *TAG.findall(text)])


@pytest.mark.parametrize(
    ("text", "string"),
    [
        ("%(day)s", "le"),
        ("<b>x</b>", "x"),
        ("x", "%(x)s"),
        ("a %(x)s", "a %(y)s"),
        ('<a href="%(a)s">x</a>', "<a>x</a>"),
    ],
)
def test_a_translation_that_says_less_is_found(text: str, string: str) -> None:
    assert not says_as_much(Message(text, string))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_django_reads_is_the_catalogue(language: str) -> None:
    path = messages.LOCALE / translation.to_locale(language) / "LC_MESSAGES" / "django.mo"
    assert path.read_bytes() == messages.compiled(messages.bring_up_to_date(translation.to_locale(language))), (
        "make messages"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_as_the_tool_writes_it(language: str) -> None:
    """So that a change of one text is one change of the file."""
    path = messages.LOCALE / translation.to_locale(language) / "LC_MESSAGES" / "django.po"
    assert path.read_bytes() == messages.written(messages.bring_up_to_date(translation.to_locale(language)))


def test_french_puts_its_spaces_before_high_signs() -> None:
    plain = re.compile(r"(?<=\w) [:;?!»]|« (?=\w)|\w[?!;](?=\s|$)")
    wrong = [
        string
        for message in translated("fr")
        for string in messages.strings(message)
        if plain.search(TAG.sub("", string))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_a_field_for_a_day_is_filled_in_as_browsers_write_it(language: str) -> None:
    with translation.override(language):
        assert formats.get_format("DATE_INPUT_FORMATS")[0] == "%Y-%m-%d", f"ssc_portal/formats/{language}/formats.py"


def test_the_tool_knows_which_groups_are_called_by_their_code() -> None:
    assert set(LEVELS_CALLED_BY_CODE) == messages.CALLED_BY_CODE


def test_the_pseudo_language_has_every_text_and_keeps_what_is_filled_in() -> None:
    catalog = messages.pseudo()
    assert len(catalog) == len(messages.found_texts())
    assert all(
        parts(text) == parts(pseudo_text(text))
        for one in messages.found_texts()
        for text in ([one.identity] if isinstance(one.identity, str) else one.identity)
    )
    assert messages.untranslated(catalog) == []
