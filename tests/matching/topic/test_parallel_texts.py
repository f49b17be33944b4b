"""The file of parallel texts: what is read of descriptions and catalogues, and what is left out."""

import io
import json
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from benchmarks import parallel_texts
from benchmarks.languages import read_matters

pytestmark = pytest.mark.any_database

ENGLISH = "Forecasts of the level of a river are sent to the villages along it, days before a flood can reach them."
FRENCH = "Des prévisions du niveau d'un fleuve sont envoyées aux villages, des jours avant qu'une crue les atteigne."


def described(language: str, text: str, key: str = "0123456789abcdef") -> str:
    short, rest = text[:20], text[20:]
    return f"Package: river\nDescription-md5: {key}\nDescription-{language}: {short}\n .\n {rest}\n\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Translation-en").write_text(described("en", ENGLISH) + described("en", "Short.", "f"), "utf-8")
    (tmp_path / "Translation-pt_BR").write_text(described("pt_BR", FRENCH), "utf-8")
    (tmp_path / "Translation-eo").write_text(described("eo", FRENCH), "utf-8")
    catalogues = tmp_path / "fr" / "LC_MESSAGES"
    catalogues.mkdir(parents=True)
    catalogue = Catalog(locale="fr")
    catalogue.add(f"{ENGLISH} %(name)s", f"{FRENCH} %(name)s")
    catalogue.add("River", "Fleuve")
    written = io.BytesIO()
    write_mo(written, catalogue)
    (catalogues / "river.mo").write_bytes(written.getvalue())
    (catalogues / "broken.mo").write_bytes(b"no catalogue")
    return tmp_path


def printed(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    command = ["parallel_texts", "--descriptions", str(folder), "--messages", str(folder)]
    monkeypatch.setattr(sys, "argv", command)
    parallel_texts.main()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_texts_of_the_portal_s_languages_are_kept_by_matter_and_short_ones_are_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = printed(folder, monkeypatch, capsys)
    by_matter: dict[str, set[str]] = {}
    for row in rows:
        by_matter.setdefault(row["of"], set()).add(row["language"])
    assert sorted(map(sorted, by_matter.values())) == [["en", "fr"], ["en", "pt"]]
    assert {row["text"] for row in rows if row["language"] == "fr"} == {FRENCH}


def test_the_measuring_reads_that_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = printed(folder, monkeypatch, capsys)
    file = tmp_path / "parallel.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    prose, sentences = read_matters(file)
    assert prose == []
    assert sorted(sorted(matter) for matter in sentences) == [["en", "fr"], ["en", "pt"]]
