"""In which encoding a CSV is read that does not say it: short tables of names, shown by letters, and to be chosen."""

import csv
import io
import re
from typing import Any
from unicodedata import normalize

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from directory.models import User
from surveys.choices import ImportState
from surveys.importing import jobs
from surveys.importing.applying import import_file
from surveys.models import Import, Response, Survey
from surveys.reading.cells import ImportRefused
from surveys.reading.letters import Letters, encodings
from surveys.reading.source_file import open_file, read_sheets
from tests.jobs import work_off

pytestmark = pytest.mark.any_database

HEADINGS = ["country", "priority areas", "modalities", "contact", "remarks"]
TONES = "\u0300\u0301\u0303\u0309\u0323"


def in_bytes(text: str, encoding: str) -> bytes:
    """The text as a spreadsheet saves it; Windows-1258 has Vietnamese tones behind their letters."""
    if encoding != "cp1258":
        return text.encode(encoding)
    written = b""
    for character in text:
        try:
            written += character.encode(encoding)
        except UnicodeEncodeError:
            base, *marks = list(normalize("NFD", character))
            letter = normalize("NFC", base + "".join(mark for mark in marks if mark not in TONES))
            written += (letter + "".join(mark for mark in marks if mark in TONES)).encode(encoding)
    return written


def table(*rows: list[str], encoding: str, headings: list[str] = HEADINGS) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([headings, *rows])
    return in_bytes(written.getvalue(), encoding)


def letters_of(data: bytes, **options: Any) -> Letters:
    found = open_file(data, **options).letters
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("encoding", "cells"),
    [
        ("cp1251", ["Россия", "сельское хозяйство", "обучение"]),
        ("cp1251", ["Kazakhstan", "ICT", "Training", "Иванов"]),
        ("cp1251", ["Беларусь"]),
        ("cp1251", ["РОССИЯ"]),
        ("cp874", ["Thailand", "ICT", "Training", "สมชาย"]),
        ("cp874", ["ไทย"]),
        ("cp874", ["Thailand", "เกษตรกรรม และ การศึกษา"]),
        ("gb18030", ["中国", "ICT"]),
        ("gb18030", ["China", "ICT", "Training", "王伟"]),
        ("gb18030", ["China", "", "", "刘昂"]),
        ("gb18030", ["中国", "农业", "培训", "王伟", "欢迎合作，请联系我们。"]),
        ("cp950", ["中國", "農業", "訓練"]),
        ("cp1256", ["مصر"]),
        ("cp1256", ["Egypt", "الزراعة والأمن الغذائي", "تدريب"]),
        ("cp932", ["日本", "ICT"]),
        ("cp932", ["Japan", "農業と技術"]),
        ("cp949", ["대한민국"]),
        ("cp949", ["Korea", "", "", "김민수"]),
        ("cp1258", ["Viet Nam", "Nông nghiệp", "Đào tạo", "Nguyễn Văn Ánh"]),
        ("cp1254", ["Türkiye", "Eğitim", "Sağlık İş"]),
        ("cp1254", ["Fiji", "Eğitim"]),
        ("cp1250", ["Česká republika", "Zdraví", "Vzdělávání"]),
        ("cp1250", ["Fiji", "Szkoła"]),
        ("cp1252", ["Côte d'Ivoire", "Santé"]),
        ("cp1252", ["Viet Nam", "ICT", "Training", "José"]),
        ("cp1252", ["CÔTE D'IVOIRE", "EDUCAÇÃO E SAÚDE", "Formación", "", "São Tomé e Príncipe"]),
        ("cp1252", ["Fiji", "“ICT” – e-gov", "We’ll be there", "naïve façade", "Zoë"]),
        ("cp1252", ["Peru", "Cooperación técnica — señor"]),
    ],
)
def test_a_short_table_is_read_in_its_letters(encoding: str, cells: list[str]):
    (sheet,) = read_sheets(table(cells, encoding=encoding))
    assert [normalize("NFC", cell) for cell in sheet.rows[1].cells[: len(cells)]] == cells


def test_where_the_letters_do_not_tell_it_asks():
    # è, or и: nothing else in the file tells.
    doubtful = letters_of(table(["Fiji", "и"], encoding="cp1251"))
    assert not doubtful.is_sure
    sure = letters_of(table(["Kazakhstan", "сельское хозяйство", "Иванов"], encoding="cp1251"))
    assert sure.is_sure
    assert str(sure) == "Read as Cyrillic (Windows-1251): “сельское хозяйство”, “Иванов”."


def test_names_that_are_known_go_before_letters_that_look_well():
    data = table(["Fiji", "и"], encoding="cp1251")
    assert letters_of(data, is_known=lambda cell: cell == "и").encoding == "cp1251"
    assert letters_of(data, is_known=lambda cell: cell == "и").is_sure


def test_utf_8_and_utf_16_say_it_themselves():
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        opened = open_file(table(["中国", "Ж"], encoding=encoding))
        assert opened.letters is None, encoding
        assert list(opened.sheets[0].rows())[1].cells[:2] == ("中国", "Ж")


def test_utf_8_that_is_damaged_in_one_place_stays_utf_8():
    data = table(*[["Côte d'Ivoire", "Santé"]] * 5, encoding="utf-8").replace("Santé".encode(), b"Sant\xe9", 1)
    letters = letters_of(data)
    assert (letters.encoding, letters.is_sure) == ("utf-8", True)
    assert list(open_file(data).sheets[0].rows())[2].cells[0] == "Côte d'Ivoire"


@pytest.mark.parametrize("encoding", list(encodings()))
def test_each_encoding_that_is_offered_can_be_chosen(encoding: str):
    data = table(["Fiji", "ICT"], encoding="ascii" if encoding != "utf-16" else encoding) + b"\n"
    opened = open_file(data if encoding != "utf-16" else data[:-1], encoding=encoding)
    assert list(opened.sheets[0].rows())[1].cells[0] == "Fiji"


@pytest.mark.parametrize(
    ("data", "is_doubted"),
    [
        (bytes(range(128, 256)) * 200, True),
        (b"\xff\xfd\xfb" * 10_000, False),
        (b"\x81\x8d\n" * 40_000, False),
        (b"\xc3\n\xa9" * 9_000, True),
        (("Казахстан,сельское хозяйство\n" * 45_000).encode("cp1251"), False),
    ],
)
def test_many_letters_and_those_of_no_language_are_read_in_time(data: bytes, *, is_doubted: bool):
    assert letters_of(b"country,areas\n" + data).is_sure != is_doubted


COUNTRIES = {"gb18030": "中国", "cp1251": "Казахстан", "cp874": "ประเทศไทย"}


@pytest.mark.django_db
def test_the_terminal_says_the_letters_and_takes_another_encoding(survey: Survey, tmp_path: Any):
    file = tmp_path / "answers.csv"
    file.write_bytes(table(["Kazakhstan", "ICT", "", "", "Иванов"], encoding="cp1251"))
    said = io.StringIO()
    call_command("import_survey", file, survey=survey.code, dry_run=True, stdout=said)
    assert "Read as Cyrillic (Windows-1251): “Иванов”." in said.getvalue()
    said = io.StringIO()
    call_command("import_survey", file, survey=survey.code, encoding="cp1252", dry_run=True, stdout=said)
    assert "Read as Western European (Windows-1252): “Èâàíîâ”." in said.getvalue()


@pytest.mark.django_db
def test_a_country_s_own_name_is_read_in_chinese_and_cyrillic(survey: Survey):
    for encoding, iso3 in (("gb18030", "CHN"), ("cp1251", "KAZ")):
        outcome = import_file(
            survey=survey, data=table([COUNTRIES[encoding], "ICT"], encoding=encoding), file_name="answers.csv"
        )
        assert outcome.counts["added"] == 1, outcome.errors
        assert Response.objects.get(key=iso3).country_id == iso3
        assert outcome.file_import is not None
        assert outcome.file_import.letters == {"encoding": encoding, "is_sure": True, "is_chosen": False}


@pytest.mark.django_db
def test_another_encoding_is_chosen_on_the_page_and_written_so(
    client: Client, survey: Survey, manager: User, django_capture_on_commit_callbacks: Any
):
    client.force_login(manager)
    data = table(["Fiji", "ICT", "", "", "и"], encoding="cp1251")
    with django_capture_on_commit_callbacks(execute=True):
        made = jobs.upload(survey=survey, file_name="answers.csv", data=data, by=manager)
    page = reverse("admin:surveys_import_change", args=[made.pk])
    shown = client.get(page).content.decode()
    assert "Read as <b>Western European (Windows-1252)</b>." in shown
    assert "please check the letters" in shown
    assert "<li><bdi>è</bdi></li>" in shown
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:surveys_import_columns", args=[made.pk]), {"encoding": "cp1251"})
    shown = client.get(page).content.decode()
    assert "Read as <b>Cyrillic (Windows-1251)</b>." in shown
    assert "<dd><bdi>и</bdi>" in re.sub(r">\s+<", "><", shown)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:surveys_import_apply", args=[made.pk]), {"rows": "all"})
    made.refresh_from_db()
    assert made.state == ImportState.APPLIED, made.error
    # What people wrote is not kept beside what it became.
    assert made.letters == {"encoding": "cp1251", "is_sure": True, "is_chosen": True}
    assert not any("samples" in column for column in made.columns)
    assert Response.objects.get(key="FJI").as_printed["remarks"] == "и"


@pytest.mark.django_db
def test_an_encoding_that_nobody_knows_is_refused(survey: Survey, manager: User):
    made = jobs.upload(survey=survey, file_name="a.csv", data=table(["Fiji", "и"], encoding="cp1251"), by=manager)
    work_off()
    with pytest.raises(ImportRefused, match="koi9"):
        jobs.correct(file_import=Import.objects.get(pk=made.pk), columns={}, decisions={}, encoding="koi9", by=manager)
