"""Make the file of parallel texts that `benchmarks.languages` reads: the same matter in many languages, a text a line.

    python -m benchmarks.parallel_texts --descriptions FOLDER --messages FOLDER > parallel.jsonl

Both kinds come with any Debian: descriptions of packages, as files named `Translation-fr` (apt keeps them where
`Acquire::Languages` asks for them; unpacked here), and catalogues of messages, as `fr/LC_MESSAGES/name.mo` in any depth
of a folder. They are about computers, not about cooperation, and under the licences of their packages, which is why
none of them is shipped here.
"""

import argparse
import gettext
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from surveys.postings.languages import CODES

FOLDERS = {"zh_CN": "zh", "zh_TW": "zh", "zh_Hans": "zh", "zh_Hant": "zh", "pt_BR": "pt"}
SHORTEST, LONGEST = 80, 2_000
"""Characters of the English text: less says too little to be compared, more is a list."""


def language_of(name: str) -> str:
    """Return the portal's code for the name of a folder or file of translations; empty where it knows none."""
    code = FOLDERS.get(name, name)
    return code if code in CODES else ""


def descriptions(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield key, language and text of the descriptions in a folder; the key is the same for the same English text."""
    for file in sorted(folder.glob("Translation-*")):
        if language := language_of(file.name.removeprefix("Translation-")):
            for paragraph in file.read_text(encoding="utf-8").split("\n\n"):
                found = re.search(
                    r"^Description-md5: (\w+)\nDescription-[\w@]+: (.*(?:\n .*)*)", paragraph, re.MULTILINE
                )
                if found:
                    yield found[1], language, re.sub(r"\n \.?", "\n", found[2]).strip()


def messages(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the same of the catalogues of messages in a folder; the key is the English text."""
    for file in sorted(folder.glob("**/LC_MESSAGES/*.mo")):
        if language := language_of(file.parent.parent.name):
            try:
                with file.open("rb") as opened:
                    catalogue = vars(gettext.GNUTranslations(opened))["_catalog"]
            except (OSError, ValueError, IndexError):
                continue
            for english, text in catalogue.items():
                if isinstance(english, str) and english and text and english != text:
                    yield english, "en", english
                    yield english, language, text


def plain(text: str) -> str:
    """Return the text without what a program fills in or draws."""
    return re.sub(r"%(\(\w+\))?[-0-9$]*[a-z]+|\{\w*\}|<[^>]*>|[_&](?=\w)", " ", text).strip()


def main() -> None:
    """Print the file."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--descriptions", type=Path, action="append", default=[])
    options.add_argument("--messages", type=Path, action="append", default=[])
    given = options.parse_args()
    texts: dict[tuple[str, str], str] = {}
    for folder in given.descriptions:
        texts |= {(key, language): plain(text) for key, language, text in descriptions(folder)}
    for folder in given.messages:
        texts |= {(key, language): plain(text) for key, language, text in messages(folder)}
    kept = {key for (key, language), text in texts.items() if language == "en" and SHORTEST <= len(text) <= LONGEST} & {
        key for key, language in texts if language != "en"
    }
    for (key, language), text in sorted(texts.items()):
        if key in kept:
            print(json.dumps({"of": key, "language": language, "text": text}, ensure_ascii=False), file=sys.stdout)


if __name__ == "__main__":
    main()
