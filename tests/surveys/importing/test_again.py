"""A file imported again: what did not change is not written, what a person did stays."""

import datetime as dt
import io
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from directory.models import Country, User
from surveys.answering.reading.readings import resolve
from surveys.choices import ImportState, PostingStatus, RowResult, Side
from surveys.importing.applying import ImportOutcome, import_file
from surveys.models import Answer, Import, Need, Offer, Reading, Response, Survey, Target
from surveys.postings import posting, states
from surveys.questionnaires.form import Form, FormQuestion, FormSection, add_version
from surveys.questionnaires.shipped import shipped_form
from tests.factories import AgencyFactory
from tests.surveys.importing.conftest import TABLE, Cells, as_csv, as_xlsx, changed, table_rows

pytestmark = pytest.mark.django_db


def bring_in(survey: Survey, rows: list[Cells], **options: Any) -> ImportOutcome:
    return import_file(survey=survey, data=as_csv(rows), file_name="table.csv", **options)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of the app, its history included."""
    models: list[Any] = [
        model for model in apps.get_models(include_auto_created=True) if model._meta.app_label == "surveys"
    ]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.fixture
def imported(survey: Survey) -> Survey:
    import_file(survey=survey, data=TABLE.read_bytes(), file_name=TABLE.name)
    return survey


def test_the_same_file_twice_writes_nothing(imported: Survey):
    before = everything()
    outcome = import_file(survey=imported, data=TABLE.read_bytes(), file_name=TABLE.name)
    assert outcome.state == ImportState.APPLIED
    assert outcome.counts["unchanged"] == 10
    assert everything() == before


def test_rows_in_another_order_are_unchanged_and_only_the_import_is_recorded(imported: Survey):
    before = everything()
    outcome = bring_in(imported, table_rows()[::-1])
    assert outcome.counts["unchanged"] == 10
    after = everything()
    assert len(after.pop("Import")) == len(before.pop("Import")) + 1
    assert len(after.pop("ImportRow")) == len(before.pop("ImportRow")) + 10
    assert after == before


@pytest.mark.any_database
def test_columns_in_another_order_are_unchanged(imported: Survey):
    rows = table_rows()
    outcome = import_file(
        survey=imported, data=as_csv(rows, columns=sorted(rows[0])), file_name="table.csv", dry_run=True
    )
    assert outcome.counts["unchanged"] == 10


@pytest.mark.any_database
def test_a_workbook_of_the_same_table_is_unchanged(imported: Survey):
    rows: list[dict[str, object]] = [dict(row) for row in table_rows()]
    for row in rows:
        row["row_no"] = int(str(row["row_no"]))
        if row["contribution_usd"]:
            row["contribution_usd"] = float(str(row["contribution_usd"]))
    outcome = import_file(survey=imported, data=as_xlsx(rows), file_name="table.xlsx")
    assert outcome.counts["unchanged"] == 10


def test_a_new_column_that_answers_nothing_is_kept_and_a_renamed_one_changes_nothing(imported: Survey):
    renamed = [
        {"country" if name == "country_as_printed" else name: cell for name, cell in row.items()}
        for row in table_rows()
    ]
    assert bring_in(imported, renamed).counts["unchanged"] == 10
    rows = [row | {"remark": "asked by phone" if row["iso3"] == "CHN" else ""} for row in table_rows()]
    assert bring_in(imported, rows).counts == {"added": 0, "changed": 1, "unchanged": 9, "in_error": 0, "missing": 0}
    assert Response.objects.get(country="CHN").as_printed["remark"] == "asked by phone"


def test_one_changed_cell_is_one_change(imported: Survey):
    before = everything()
    outcome = bring_in(imported, changed("VNM", modalities="Financial; Training"))
    assert outcome.counts == {"added": 0, "changed": 1, "unchanged": 9, "in_error": 0, "missing": 0}
    (row,) = [row for row in outcome.rows if row.result == RowResult.CHANGED]
    (change,) = row.changes
    assert (row.key, change.column, change.after) == ("VNM", "modalities", "Financial; Training")
    assert change.before == "Financial; Experts/knowledge; Training; Advisory services; Study visits"
    for model in (Offer, Need):
        vietnam = model.objects.get(country="VNM")
        assert set(vietnam.modalities.values_list("code", flat=True)) == {"financial", "training"}
        assert vietnam.history.count() == 2
        assert vietnam.history.first().modalities.count() == 2
        assert vietnam.status == PostingStatus.PUBLISHED
        assert vietnam.file_import == outcome.file_import
    after = everything()
    assert after["Reading"] == before["Reading"]
    assert after["Target"] == before["Target"]
    others = [row for row in before["Offer"] if row["country_id"] != "VNM"]
    assert [row for row in after["Offer"] if row["country_id"] != "VNM"] == others


def test_a_place_taken_out_goes_and_its_history_stays(imported: Survey, manager: User):
    cell = "Africa; Asia and the Pacific; Fiji, Papua New Guinea, Tonga"
    bring_in(imported, changed("CHN", regions_countries_as_printed=cell), by=manager)
    targets = Target.objects.filter(offer__country="CHN").order_by("position")
    assert [target.as_printed for target in targets] == cell.replace(", ", "; ").split("; ")
    gone = Target.history.filter(as_printed="Samoa").first()
    assert (gone.history_type, gone.history_user) == ("-", manager)
    assert not Reading.objects.filter(response__country="CHN", country="WSM").exists()
    assert Reading.history.filter(country="WSM", response__country="CHN").first().history_type == "-"


def test_a_row_that_is_missing_is_reported_and_kept(imported: Survey):
    rows = [row for row in table_rows() if row["iso3"] != "IND"]
    outcome = bring_in(imported, rows)
    missing = [row.key for row in outcome.rows if row.result == RowResult.MISSING]
    assert missing == ["IND"]
    assert Offer.objects.get(country="IND").status == PostingStatus.PUBLISHED


def test_what_a_person_edited_or_the_agency_confirmed_is_kept(imported: Survey, manager: User):
    thailand = Offer.objects.get(country="THA")
    posting.mark_edited(thailand)
    thailand.title = "Corrected by hand"
    thailand.save()
    states.confirm(posting=Offer.objects.get(country="IDN"), by=manager, on=dt.date(2026, 1, 2))
    rows = [row | {"modalities": "Training"} if row["iso3"] in ("THA", "IDN") else row for row in table_rows()]
    outcome = bring_in(imported, rows)
    kept = {row.key: row.postings[0].kept for row in outcome.rows if row.postings}
    assert kept == {"THA": "edited by a person", "IDN": "confirmed by the country's own agency"}
    assert Offer.objects.get(country="THA").title == "Corrected by hand"
    assert Offer.objects.get(country="THA").modalities.count() == 6
    assert Response.objects.get(country="THA").as_printed["modalities"] == "Training"


def test_a_state_that_a_person_chose_stays(imported: Survey, manager: User):
    states.withdraw(posting=Offer.objects.get(country="CHN"), by=manager)
    states.publish(posting=Need.objects.get(country="BGD"), by=manager)
    rows = [row | {"modalities": "Training"} if row["iso3"] in ("CHN", "BGD") else row for row in table_rows()]
    bring_in(imported, rows)
    assert Offer.objects.get(country="CHN").status == PostingStatus.WITHDRAWN
    assert Offer.objects.get(country="CHN").modalities.count() == 1
    assert Need.objects.get(country="BGD").status == PostingStatus.PUBLISHED


def test_a_side_that_the_row_comes_to_state_is_published_and_the_reverse(imported: Survey):
    cell = "Asia and the Pacific; Support to: Nepal"
    outcome = bring_in(imported, changed("KHM", regions_countries_as_printed=cell))
    (row,) = [row for row in outcome.rows if row.result == RowResult.CHANGED]
    assert {planned.side: planned.status for planned in row.postings} == {
        Side.OFFER: PostingStatus.PUBLISHED,
        Side.NEED: PostingStatus.DRAFT,
    }
    assert Offer.objects.get(country="KHM").status == PostingStatus.PUBLISHED
    assert Need.objects.get(country="KHM").status == PostingStatus.DRAFT


def test_a_side_that_is_no_longer_made_returns_to_draft_with_its_content(imported: Survey):
    nobody_lists_it = changed("CHN", regions_countries_as_printed="Support received from: Japan")
    bring_in(imported, nobody_lists_it)
    offer = Offer.objects.get(country="CHN")
    assert offer.status == PostingStatus.DRAFT
    assert (offer.modalities.count(), offer.targets.count()) == (6, 5)
    assert Need.objects.get(country="CHN").status == PostingStatus.PUBLISHED
    bring_in(imported, table_rows())
    assert Offer.objects.get(country="CHN").status == PostingStatus.PUBLISHED
    assert Need.objects.get(country="CHN").status == PostingStatus.DRAFT


def test_a_decision_of_the_secretariat_outlives_the_next_import(imported: Survey, manager: User):
    token = Reading.objects.get(as_printed="Other neighbouring regional countries")
    resolve(reading=token, country=Country.objects.get(pk="TKM"), by=manager)
    bring_in(imported, changed("IRN", footnote="Read again"))
    assert Reading.objects.get(pk=token.pk).country_id == "TKM"
    assert Target.objects.get(offer__country="IRN", country="TKM").as_printed == token.as_printed


def test_a_decision_from_before_questionnaires_were_kept_outlives_the_next_import(imported: Survey, manager: User):
    token = Reading.objects.get(as_printed="Other neighbouring regional countries")
    resolve(reading=token, country=Country.objects.get(pk="TKM"), by=manager)
    # As an installation has it that brought the table in before the upgrade.
    Reading.objects.update(question="")
    Answer.objects.all().delete()
    Response.objects.update(questionnaire=None, read_with="")
    outcome = import_file(survey=imported, data=TABLE.read_bytes(), file_name=TABLE.name)
    assert outcome.counts["changed"] == 10
    assert Reading.objects.get(pk=token.pk).country_id == "TKM"
    assert Target.objects.get(offer__country="IRN", country="TKM").as_printed == token.as_printed
    assert Answer.objects.filter(response__survey=imported, question="modalities").count() == 10


def test_one_row_in_error_and_nothing_is_written(survey: Survey):
    before = everything()
    outcome = bring_in(survey, changed("CHN", modalities="Trainin"))
    assert outcome.is_refused
    assert outcome.file_import is None
    assert everything() == before


def test_partial_takes_the_good_rows(survey: Survey):
    outcome = bring_in(survey, changed("CHN", modalities="Trainin"), partial=True)
    assert outcome.counts == {"added": 9, "changed": 0, "unchanged": 0, "in_error": 1, "missing": 0}
    assert not Response.objects.filter(country="CHN").exists()
    assert outcome.file_import is not None
    assert outcome.file_import.is_partial
    (row,) = outcome.file_import.rows.filter(result=RowResult.IN_ERROR)
    assert (row.row, row.entry["errors"][0]["column"]) == (4, "modalities")


def test_a_row_in_error_is_not_missing(imported: Survey):
    outcome = bring_in(imported, changed("CHN", modalities="Trainin"), partial=True)
    assert (outcome.counts["in_error"], outcome.counts["missing"]) == (1, 0)


def test_a_dry_run_writes_nothing_and_shows_what_the_import_does(imported: Survey):
    rows = changed("LAO", regions_countries_as_printed="Africa; Support to: Nepal, Atlantis")
    before = everything()
    preview = bring_in(imported, rows, dry_run=True)
    assert everything() == before
    assert preview.state == ImportState.PREVIEWED
    assert preview.file_import is None
    real = bring_in(imported, rows)
    shown = [
        [
            (
                row.key,
                row.result,
                row.changes,
                [(one.side, one.status, list(one.changed), one.kept) for one in row.postings],
            )
            for row in outcome.rows
        ]
        for outcome in (preview, real)
    ]
    assert shown[0] == shown[1]


def test_an_edition_that_does_not_publish_makes_drafts(survey: Survey):
    survey.publishes_on_import = False
    survey.save()
    bring_in(survey, table_rows())
    assert not Offer.objects.exclude(status=PostingStatus.DRAFT).exists()
    assert not Need.objects.exclude(status=PostingStatus.DRAFT).exists()
    assert (Offer.objects.count(), Need.objects.count()) == (10, 4)


def test_an_edition_with_one_response_an_agency_is_keyed_by_both(reference: None):
    survey = Survey.objects.create(code="by-agency", title="By agency", has_agency_key=True)
    add_version(survey, shipped_form("escap-unossc-2018"))
    row = next(row for row in table_rows() if row["iso3"] == "THA")
    AgencyFactory(name="Second agency of Thailand", country=Country.objects.get(pk="THA"))
    names = ("Thailand International Cooperation Agency", "Second agency of Thailand", "")
    rows = [row | {"agency": name} for name in names]
    outcome = bring_in(survey, rows)
    keys = set(Response.objects.values_list("key", flat=True))
    assert outcome.counts["added"] == 3
    assert len(keys) == 3
    assert "THA" in keys
    assert set(Offer.objects.exclude(agency=None).values_list("agency__name", flat=True)) == set(names) - {""}
    assert bring_in(survey, rows).counts["unchanged"] == 3


def test_who_imported_is_in_the_record_and_the_history(survey: Survey, manager: User):
    outcome = bring_in(survey, table_rows(), by=manager)
    assert outcome.file_import is not None
    assert outcome.file_import.by == manager
    assert Offer.objects.get(country="THA").history.get().history_user == manager
    assert Response.objects.get(country="THA").history.get().history_user == manager
    assert {record.history_user for record in Target.history.all()} == {manager}


def test_the_plan_asks_as_often_for_ten_rows_as_for_two(imported: Survey, django_assert_num_queries):
    rows = table_rows()
    for some in (rows[:2], rows):
        # Whatever the number of rows: the questionnaire with sections, questions, options; areas, modalities and the
        # lists that are asked for; what is remembered of columns; countries, agencies (the names are read once a
        # session); responses with readings, answers, offers and needs and theirs; what is missing.
        with django_assert_num_queries(27):
            bring_in(imported, [row | {"footnote": "Read again"} for row in some], dry_run=True)


def test_writing_takes_a_bounded_number_of_queries_a_row(survey: Survey, django_assert_max_num_queries):
    longest = table_rows()[8]
    codes = Country.objects.listed().values_list("iso3", flat=True)[:20]
    rows = [longest | {"iso3": iso3, "country_as_printed": ""} for iso3 in codes]
    with django_assert_max_num_queries(20 + 30 * len(rows)):
        assert bring_in(survey, rows).counts["added"] == 20


def test_the_shipped_editions_are_added_once_and_left_alone_afterwards(imported: Survey):
    Survey.objects.filter(pk=imported.pk).update(title="Corrected in the admin")
    call_command("load_surveys", stdout=io.StringIO())
    assert Survey.objects.get(pk=imported.pk).title == "Corrected in the admin"
    assert Import.objects.count() == 1


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("what", "language"),
    [
        ("Formation aux systèmes d'alerte précoce pour les zones rurales", "fr"),
        ("Đào tạo hệ thống cảnh báo sớm lũ lụt", "vi"),
        ("ICT", "en"),
        ("", "en"),
    ],
)
def test_what_is_read_is_labelled_with_the_language_that_it_reads_like(survey: Survey, what: str, language: str):
    edition = Survey.objects.create(code="languages", title="Languages", stated_on=dt.date(2026, 6, 1))
    questions = (
        FormQuestion("iso3", "single", "Country", choices_from="countries", feeds="country"),
        FormQuestion("what", "text", "What is needed?", feeds="title", side="need"),
        FormQuestion("areas", "multiple", "Areas", choices_from="areas", feeds="areas", side="need"),
    )
    add_version(edition, Form((FormSection("about", "About", questions=questions),)))
    rows = [{"iso3": "NPL", "what": what, "areas": "trade"}]
    outcome = import_file(survey=edition, data=as_csv(rows), file_name="table.csv")
    assert outcome.state == ImportState.APPLIED, outcome
    assert [need.language for need in Need.objects.filter(survey=edition)] == [language]
