"""What a preview shows is what is written, value by value, and old beside new by question, whatever the headings."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import Country, User
from surveys.answering.reading.readings import resolve
from surveys.choices import ImportState, ResponseStatus, RowResult
from surveys.importing import jobs
from surveys.importing.applying import ImportOutcome, import_file
from surveys.importing.in_words import AnswerWords
from surveys.importing.report import entry_of, row_lines
from surveys.importing.values import KIND, StoredValue, posting_changes
from surveys.models import Import, Need, Offer, Reading, Response, Survey
from surveys.postings import posting
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import place_rows
from surveys.questionnaires.asked import Asked
from surveys.questionnaires.form import Form, FormOption, FormQuestion, FormSection, add_version
from tests.jobs import work_off
from tests.surveys.importing.conftest import TABLE, as_csv, changed, table_rows
from tests.surveys.workbooks import workbook

pytestmark = pytest.mark.django_db

ABOUT = (
    FormQuestion("country", "single", "Country", choices_from="countries", feeds="country"),
    FormQuestion("stage", "single", "Stage", allows_other=True, options=(
        FormOption("planned", "Planned"), FormOption("going", "Going on"),
    )),
    FormQuestion("things", "multiple", "Things", allows_other=True, options=(
        FormOption("training", "Training, on site"), FormOption("visits", "Study visits"),
    )),
    FormQuestion("areas", "multiple", "Priority areas", choices_from="areas", feeds="areas"),
    FormQuestion("partners", "multiple", "Target countries", choices_from="places", feeds="targets"),
    FormQuestion("remark", "text", "Remark", feeds="text"),
    FormQuestion("people", "whole", "People", feeds="places"),
    FormQuestion("share", "number", "Share of the budget"),
    FormQuestion("money", "money", "Contribution", feeds="amount"),
    FormQuestion("begins", "date", "Begins", feeds="opens_on"),
)  # fmt: skip
NEED = (
    FormQuestion("need_area", "multiple", "Areas of the need", choices_from="areas", feeds="areas", side="need"),
    FormQuestion("need_text", "text", "What is needed", feeds="text", side="need"),
)


@pytest.fixture
def edition(survey: Survey) -> Survey:
    """An edition of its own that asks for every kind of answer, and for needs that repeat."""
    edition = Survey.objects.create(code="kinds", title="Kinds", stated_on=dt.date(2026, 6, 1))
    sections = (
        FormSection("about", "About", questions=ABOUT),
        FormSection("need", "Needs", repeats=True, questions=NEED),
    )
    add_version(edition, Form(sections))
    return edition


Key = tuple[str, int]


def stored(survey: Survey) -> dict[str, dict[str, Any]]:
    """What is stored of each response that counts: answers, readings, kind, and what its postings say."""
    found = {}
    for response in Response.objects.filter(survey=survey, status=ResponseStatus.RECEIVED):
        readings: dict[Key, list[list[Any]]] = {}
        for one in response.readings.order_by("position"):
            place = NamedPlace.of(one)
            readings.setdefault((one.question, one.repeat), []).append(
                [str(place.direction), str(place.kind), place.code, place.as_printed, place.is_ambiguous]
            )
        found[response.key] = {
            "answers": {(one.question, one.repeat): (one.value, one.other) for one in response.answers.all()},
            "readings": readings,
            "kind": response.kind,
            "cells": response.as_printed,
            "postings": {
                (side, one.response_part): content(one)
                for side, rows in (("offer", response.offers.all()), ("need", response.needs.all()))
                for one in rows
            },
        }
    return found


def content(one: Offer | Need) -> dict[str, Any]:
    fields = ("title", "language", "amount", "amount_currency", "amount_years", "amount_note", "amount_as_printed",
              "places", "opens_on", "closes_on", "contact", "status", "agency", "country")  # fmt: skip
    plain = {name: getattr(one, name) for name in fields}
    return {name: (value if isinstance(value, int) else str(value)) if value not in (None, "") else None
            for name, value in plain.items()} | {
        "areas": sorted(area.pk for area in one.areas.all()),
        "modalities": sorted(modality.pk for modality in one.modalities.all()),
        "targets": [[NamedPlace.of(row).code, row.as_printed] for row in place_rows(one).order_by("position")],
    }  # fmt: skip


def bring_in(survey: Survey, data: bytes | str, **options: Any) -> ImportOutcome:
    data = data.encode() if isinstance(data, str) else data
    return import_file(survey=survey, data=data, file_name="answers", **options)


def hold_preview_against_what_is_written(survey: Survey, data: bytes | str, **options: Any) -> ImportOutcome:
    """Preview a file, write it, and hold each value that the preview shows against what was and is stored."""
    before = stored(survey)
    preview = bring_in(survey, data, dry_run=True, **options)
    assert not preview.errors, preview.errors
    entries = {row.key: (row.result, json.loads(json.dumps(entry_of(row)))) for row in preview.rows}
    written = bring_in(survey, data, **options)
    after = stored(survey)
    for key, (result, entry) in entries.items():
        if result not in (RowResult.ADDED, RowResult.CHANGED):
            assert not entry
            assert after[key] == before[key]
            continue
        assert entry == json.loads(json.dumps(written.file_import.rows.get(key=key).entry)), key  # type: ignore[union-attr]
        hold_answers(entry, before.get(key), after[key])
        hold_postings(entry, before.get(key), after[key])
        for change in entry.get("changes", ()):
            assert after[key]["cells"][change["column"]] == change["after"]
            assert before[key]["cells"].get(change["column"], "") == change["before"]
        for name, text in entry.get("kept", {}).items():
            assert after[key]["cells"][name] == text
    return written


def hold_answers(entry: Any, before: Any, after: Any) -> None:
    values = [StoredValue.of(plain) for plain in entry["values"]]
    answers = {(one.question, one.repeat): one for one in values if one.question != KIND}
    assert {key: (one.value, one.other) for key, one in answers.items() if one.value is not None} == after["answers"]
    was = before["answers"] if before else {}
    for key, one in answers.items():
        assert (one.was, one.was_other) == (was.get(key, (None, "")) if one.differs else (None, ""))
        if not one.differs and before:
            assert was[key] == after["answers"][key]
    assert set(was) <= set(answers)
    kinds = [one.value for one in values if one.question == KIND]
    assert after["kind"] == (kinds[0] if kinds else "answered")
    read = {(question, repeat): now for question, repeat, now, *_was in entry.get("places", ())}
    assert read == after["readings"]
    for question, repeat, _now, *until_now in entry.get("places", ()):
        if before:
            assert before["readings"].get((question, repeat)) == (until_now or [after["readings"][question, repeat]])[0]


def hold_postings(entry: Any, before: Any, after: Any) -> None:
    parts: dict[str, int] = {}
    for one in entry.get("postings", ()):
        part = parts.get(one["side"], 0)
        parts[one["side"]] = part + 1
        now = after["postings"][one["side"], part]
        was = before["postings"].get((one["side"], part)) if before else None
        if was is None:
            assert now["title"] == one["title"]
            assert now["status"] == one["status"]
            continue
        shown = {name: values for name, *values in one.get("replaces", ()) if values}
        if one.get("kept"):
            assert now == was
            continue
        ordered = {name: [sorted(value or []) if name in ("areas", "modalities") else value for value in values]
                   for name, values in shown.items()}  # fmt: skip
        assert ordered == {name: [was[name], now[name]] for name in was if was[name] != now[name]}


def words_of(survey: Survey, outcome: ImportOutcome, key: str) -> dict[str, tuple[str, str]]:
    """What the page says of a row: label → until now, now."""
    words = AnswerWords(Asked.of(survey))
    (row,) = [row for row in outcome.rows if row.key == key]
    said = words.row(json.loads(json.dumps(entry_of(row))))
    return {value.label: (value.was, value.now) for value in said.replaced}


PLAIN = (
    "Country,Stage,Things,things_other,Priority areas,Target countries,Remark,People,Share of the budget,"
    "Contribution,Begins,note\n"
)
NEPAL = (
    'Nepal,Going on,"Training, on site",Boats,"Sustainable agriculture/food security",'
    '"Fiji, Korea; Support to: Japan",Good,12,"12.5","US$ 3,588,249",15 January 2027,by phone\n'
)
BHUTAN = "Bhutan,planned,Study visits,,,LDCs,,,,,,\n"


def test_a_plain_table_of_every_kind_then_a_correction_in_each_answer(edition: Survey):
    hold_preview_against_what_is_written(edition, PLAIN + NEPAL + BHUTAN)
    assert Response.objects.get(country="NPL").answers.count() == 10
    corrected = (
        'Nepal,Planned,Study visits,,"Sustainable agriculture/food security; ICT",Tonga,,13,,"EUR 20",'
        "16 January 2027,by mail\n"
    )
    outcome = hold_preview_against_what_is_written(edition, PLAIN + corrected + BHUTAN)
    assert outcome.counts["unchanged"] == 1
    assert words_of(edition, outcome, "NPL") == {
        "Stage": ("Going on", "Planned"),
        "Things": ("Training, on site; Boats", "Study visits"),
        "Priority areas": ("Sustainable agriculture/food security", "Sustainable agriculture/food security; ICT"),
        "Target countries": ("Fiji; Japan", "Tonga"),
        "Remark": ("Good", "not stated"),
        "People": ("12", "13"),
        "Share of the budget": ("12.5", "not stated"),
        "Contribution": ("USD 3,588,249", "EUR 20"),
        "Begins": ("15 January 2027", "16 January 2027"),
    }


@pytest.mark.any_database
def test_a_second_file_with_other_headings_shows_what_it_replaces(survey: Survey):
    hold_preview_against_what_is_written(survey, TABLE.read_bytes())
    outcome = hold_preview_against_what_is_written(survey, "Member State,Sector,Montant\nIndonesia,ICT,n/a\n")
    said = {now: was for was, now in words_of(survey, outcome, "IDN").values()}
    assert said.keys() == {"ICT", "not stated"}
    assert said["ICT"].startswith("12: ")
    assert said["not stated"] == "USD 3,588,249"


@pytest.mark.any_database
def test_a_country_in_an_answer_of_regions_has_its_name(survey: Survey):
    row = {"country": "Nepal", "regions": "LDCs; Fiji"}
    outcome = hold_preview_against_what_is_written(survey, as_csv([row]))
    (planned,) = [row for row in outcome.rows if row.key == "NPL"]
    said = {value.label: value.now for value in AnswerWords(Asked.of(survey)).row(entry_of(planned)).others}
    assert said["Priority regions"] == "Least developed countries; Fiji"


@pytest.mark.any_database
def test_the_same_file_again_lists_nothing(survey: Survey):
    bring_in(survey, TABLE.read_bytes())
    again = bring_in(survey, as_csv(table_rows()[::-1]), dry_run=True)
    assert [entry_of(row) for row in again.rows] == [{}] * 10


def test_kobo_s_columns_of_yes_and_no(edition: Survey):
    heading = (
        'Country,"Things/Training, on site",Things/Study visits,Things/Other,things_other,_uuid,_submission_time\n'
    )
    when = "2026-11-20T03:12:09"
    hold_preview_against_what_is_written(edition, f"{heading}Nepal,1,0,1,Boats,u1,{when}\n")
    outcome = hold_preview_against_what_is_written(edition, f"{heading}Nepal,0,1,0,,u1,{when}\n")
    assert words_of(edition, outcome, "id:u1")["Things"] == ("Training, on site; Boats", "Study visits")


def test_sheets_that_repeat(edition: Survey):
    def book(*needs: str) -> bytes:
        main = [["Country", "Remark", "_index", "_uuid"], ["Nepal", "Good", "1", "u1"]]
        rows = [[text, "Health", "1"] for text in needs]
        return workbook(answers=main, need=[["What is needed", "Areas of the need", "_parent_index"], *rows])

    hold_preview_against_what_is_written(edition, book("Water", "Roads", "Light"))
    outcome = hold_preview_against_what_is_written(edition, book("Water", "Trains"))
    assert words_of(edition, outcome, "id:u1") == {
        "What is needed (2)": ("Roads", "Trains"),
        "What is needed (3)": ("Light", "not stated"),
        "Areas of the need (3)": ("Health, community development", "not stated"),
    }


def test_what_people_have_read_edited_and_what_the_file_does_not_ask_for(edition: Survey, manager: User):
    hold_preview_against_what_is_written(edition, PLAIN + NEPAL)
    resolve(reading=Reading.objects.get(as_printed="Korea"), country=Country.objects.get(pk="KOR"), by=manager)
    kept = Offer.objects.get()
    posting.mark_edited(kept)
    kept.save()
    shorter = 'Country,Things,Target countries\nNepal,Study visits,"Fiji, Korea; Support to: Tonga"\n'
    outcome = hold_preview_against_what_is_written(edition, shorter)
    (row,) = outcome.rows
    assert row.postings[0].kept == "edited by a person"
    assert [name for name, *_values in posting_changes(row.postings[0])]
    assert words_of(edition, outcome, "NPL").keys() == {"Things", "Target countries"}
    assert Reading.objects.get(as_printed="Korea").country_id == "KOR"


def test_a_compiled_row_and_a_posting_that_falls_back_to_a_draft(survey: Survey):
    hold_preview_against_what_is_written(survey, TABLE.read_bytes())
    hold_preview_against_what_is_written(
        survey, as_csv(changed("THA", data_source="secondary", priority_areas_as_printed="SDGs"))
    )


@pytest.mark.any_database
def test_the_terminal_says_each_value(edition: Survey):
    bring_in(edition, PLAIN + NEPAL)
    (row,) = bring_in(edition, PLAIN + NEPAL.replace("12,", "14,", 1).replace("by phone", "by mail"), dry_run=True).rows
    lines = list(row_lines(row, AnswerWords(Asked.of(edition))))
    assert "    People: 12 → 14" in lines
    assert "    note: “by phone” → “by mail”" in lines
    assert "    9 more stay as they are" in lines
    assert any(line.endswith("places: 12 → 14") for line in lines)


def test_what_would_replace_other_than_the_preview_showed_is_not_written(survey: Survey, manager: User):
    bring_in(survey, TABLE.read_bytes())
    data = as_csv(changed("CHN", modalities="Training"))
    made = jobs.upload(survey=survey, file_name="table.csv", data=data, by=manager)
    work_off()
    # The row still changes; but of the posting something else would be replaced.
    offer = Offer.objects.get(country="CHN")
    posting.mark_edited(offer)
    offer.save()
    jobs.begin_applying(file_import=Import.objects.get(pk=made.pk), partial=False, by=manager)
    work_off()
    made.refresh_from_db()
    assert (made.state, made.error) == (
        ImportState.PREVIEWED,
        "Since the preview, 1 rows would become something else: nothing was written; look again.",
    )
    assert made.rows.get(key="CHN").entry["postings"][0]["kept"] == "edited by a person"
    jobs.begin_applying(file_import=Import.objects.get(pk=made.pk), partial=False, by=manager)
    work_off()
    made.refresh_from_db()
    assert made.state == ImportState.APPLIED


@pytest.mark.any_database
def test_the_page_shows_old_beside_new_folds_the_rest_and_has_errors_first(
    client: Client, edition: Survey, manager: User
):
    bring_in(edition, PLAIN + NEPAL)
    client.force_login(manager)
    rows = NEPAL.replace(",12,", ",14,") + BHUTAN + BHUTAN.replace("Bhutan", "Fiji").replace("planned", "perhaps")
    made = jobs.upload(survey=edition, file_name="a.csv", data=(PLAIN + rows).encode(), by=manager)
    work_off()
    shown = client.get(reverse("admin:surveys_import_change", args=[made.pk])).content.decode()
    page = re.sub(r"\s+", " ", shown)
    assert "<b>People</b>: <del><bdi>12</bdi></del> → <ins><bdi>14</bdi></ins>" in page
    assert "9 more values stay as they are" in page
    # Samples of a column, from the file.
    assert '<td class="samples"> <bdi>Going on</bdi><bdi>planned</bdi><bdi>perhaps</bdi> </td>' in page
    assert page.index("“perhaps”") < page.index("<b>People</b>")
    # Once above, once below what is to be written.
    assert page.count("Write the 2 good rows only") == 2
    assert page.rindex("Write the 2 good rows only") > page.index("9 more values stay as they are")


@pytest.mark.any_database
@pytest.mark.parametrize("count", [2, 20])
def test_the_page_takes_as_many_queries_for_many_rows(
    client: Client, survey: Survey, manager: User, count: int, django_assert_num_queries: Any
):
    names = [row["country_as_printed"] for row in table_rows()] + [
        "Nepal", "Bhutan", "Fiji", "Tonga", "Samoa", "Kenya", "Ghana", "Peru", "Chile", "Cuba",
    ]  # fmt: skip
    client.force_login(manager)
    data = "country,modalities,regions\n" + "".join(f"{name},Training,LDCs; Fiji\n" for name in names[:count])
    made = jobs.upload(survey=survey, file_name="a.csv", data=data.encode(), by=manager)
    work_off()
    page = reverse("admin:surveys_import_change", args=[made.pk])
    client.get(page)
    with django_assert_num_queries(19):  # the session and its rights, the questionnaire, its lists, the rows
        assert client.get(page).status_code == 200
