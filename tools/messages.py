"""`make messages`: brings the catalogues in `locale/` in line with the texts of code, templates and lists.

Extraction, catalogues and compilation are Babel's and Django's own: no program of gettext is needed. A text that is new
gets an empty entry, one that is gone is dropped; nothing is guessed from texts that look alike.

    python -m tools.messages            bring every catalogue up to date, compile it, list what lacks a translation
    python -m tools.messages es         the same for one language, which may be new
    python -m tools.messages --pseudo   make the pseudo-language of PSEUDO_LANGUAGE, right to left (docs/translating.md)
"""

import argparse
import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tools.pseudo import pseudo_text

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
CODE = ("web", "directory", "surveys", "matching", "practices", "feed", "workspace", "desk", "ssc_portal")
KEYWORDS = {
    "_": None,
    "_lazy": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
LISTS = (
    ("directory/data/areas.csv", "area", "label"),
    ("directory/data/modalities.csv", "modality", "label"),
    ("directory/data/groups.csv", "country group", "label"),
    ("directory/data/groups.csv", "short name of a country group", "code"),
)
"""Lists whose labels are translated: the file, the context, the column."""
CALLED_BY_CODE = {"special_situation", "organisation", "neighbourhood"}
"""Levels of groups of which the code is what people call them: LEVELS_CALLED_BY_CODE in `directory/choices.py`."""
NO_LINE: Any = None
"""Entries name the files alone: a line that moves is no change of a catalogue."""
PSEUDO, PSEUDO_FOLDER = "ar_XB", ROOT / "var" / "pseudo"
Identity = str | tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A text of the portal: what it is looked up by, and the files that have it."""

    context: str | None
    identity: Identity
    files: tuple[str, ...]


@cache
def found_texts() -> tuple[Found, ...]:
    """Return every text that is marked, in the order of the files: read once in a process."""
    files: dict[tuple[str | None, Identity], list[str]] = {}
    for name, context, identity in _everywhere():
        # A plural and a singular of the same words are one entry, as in gettext: the plural has the say.
        files.setdefault((context, identity), []).append(name)
    plural = {(context, identity[0]) for context, identity in files if isinstance(identity, tuple)}
    return tuple(
        Found(context, identity, tuple(dict.fromkeys(names)))
        for (context, identity), names in files.items()
        if isinstance(identity, tuple) or (context, identity) not in plural
    )


def _everywhere() -> Iterator[tuple[str, str | None, Identity]]:
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt", ".svg"):
            yield from _extracted(path, _of_template(path.read_text(encoding="utf-8")))
    for app in CODE:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _extracted(path, path.read_text(encoding="utf-8"))
    for name, context, column in LISTS:
        with (ROOT / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if column != "code" or row["level"] in CALLED_BY_CODE:
                    yield name, context, row[column]


def _of_template(source: str) -> str:
    """Return a template's texts as calls in Python, one a line: what stands between them is no Python."""
    calls = (line.strip() for line in templatize(source).splitlines())
    return "\n".join(line for line in calls if line)


def _extracted(path: Path, source: str) -> Iterator[tuple[str, str | None, Identity]]:
    name = path.relative_to(ROOT).as_posix()
    for _line, identity, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        if identity and any(identity):
            yield name, context, identity


def read(language: str, *, folder: Path = LOCALE) -> Catalog:
    """Return the catalogue of a language, as it is kept."""
    with _file(language, folder).open("rb") as file:
        return read_po(file, locale=language)


class PlainCatalog(Catalog):
    """A catalogue whose header says no moment, person or program: the same texts are the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """What readers of a catalogue need."""
        return [
            ("Project-Id-Version", "SSC Portal"),
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def bring_up_to_date(language: str) -> Catalog:
    """Return the catalogue with the entries of today's texts: translations kept where context and text are the same."""
    old = read(language) if _file(language).exists() else Catalog(locale=language)
    new = PlainCatalog(locale=language, fuzzy=False, charset="utf-8", header_comment=_HEADER)
    for found in found_texts():
        kept = old.get(found.identity if isinstance(found.identity, str) else found.identity[0], found.context)
        is_same = isinstance(kept, Message) and _identity(kept) == found.identity
        new.add(
            found.identity,
            kept.string if kept is not None and is_same else "",
            locations=[(name, NO_LINE) for name in found.files],
            flags=(kept.flags - {"fuzzy"}) if kept is not None else (),
            user_comments=kept.user_comments if kept is not None else (),
            context=found.context,
        )
    return new


_HEADER = "# Texts of SSC Portal. Kept in line with the code by `make messages`; see docs/translating.md."


def _identity(message: Message) -> Identity:
    return tuple(message.id) if isinstance(message.id, list | tuple) else message.id


def write(language: str, catalog: Catalog, *, folder: Path = LOCALE) -> None:
    """Write a catalogue, and what Django reads of it: the same bytes for the same texts."""
    path = _file(language, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(catalog))
    path.with_suffix(".mo").write_bytes(compiled(catalog))


def written(catalog: Catalog) -> bytes:
    """Return the catalogue as translators read it."""
    out = io.BytesIO()
    write_po(out, catalog, width=100)
    return out.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue as Django reads it."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def _file(language: str, folder: Path = LOCALE) -> Path:
    return folder / language / "LC_MESSAGES" / "django.po"


def languages() -> list[str]:
    """Return the languages that have a catalogue."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts without a translation, in every form that the language has: the context and the text."""
    lacking = [message for message in catalog if message.id and not all(strings(message))]
    return [f"{message.context or ''}|{_identity(message)}" for message in lacking]


def strings(message: Message) -> tuple[str, ...]:
    """Return the translation of a text in each form that it has."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def pseudo() -> Catalog:
    """Return the pseudo-language: every text marked, and turned from right to left."""
    catalog = PlainCatalog(locale=PSEUDO, fuzzy=False, charset="utf-8")
    for found in found_texts():
        if isinstance(found.identity, str):
            catalog.add(found.identity, pseudo_text(found.identity), context=found.context)
        else:
            forms = [found.identity[0], *[found.identity[1]] * (catalog.num_plurals - 1)]
            catalog.add(found.identity, tuple(map(pseudo_text, forms)), context=found.context)
    return catalog


def main() -> int:
    """Bring the catalogues up to date; 1 where a text lacks its translation."""
    parser = argparse.ArgumentParser(description="Bring the catalogues of locale/ in line with the texts.")
    parser.add_argument("language", nargs="?", help="one language alone, e.g. es; it may be new")
    parser.add_argument("--pseudo", action="store_true", help="make the pseudo-language instead")
    asked = parser.parse_args()
    if asked.pseudo:
        write(PSEUDO, pseudo(), folder=PSEUDO_FOLDER)
        print(f"{PSEUDO} is in {PSEUDO_FOLDER.relative_to(ROOT)}: set PSEUDO_LANGUAGE=on")
        return 0
    missing = 0
    for language in [asked.language] if asked.language else languages():
        catalog = bring_up_to_date(language)
        write(language, catalog)
        lacking = untranslated(catalog)
        missing += len(lacking)
        print(f"{language}: {len(catalog)} texts, {len(lacking)} without a translation")
        print("".join(f"  {text}\n" for text in lacking), end="")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
