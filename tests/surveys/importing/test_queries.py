"""One row of a file or ten: as many queries for a lot, whether rows are new, changed, unchanged, kept or undone."""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.access import Action, can
from directory.models import User
from surveys.importing.applying import ImportOutcome, import_file
from surveys.importing.undoing import undo
from surveys.models import Import, Need, Offer, PendingChange, Response, Survey
from surveys.questionnaires.form import Form, FormQuestion, FormSection, add_version
from tests.surveys.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
# SQLite takes a thousand values a statement: with some ten rows, each kind of row is one statement still.
FEW, MANY = 1, 10
HEADINGS = ["Country", "Priority areas", "How", "For whom", "Remarks", "_uuid", "_submission_time", "_index"]
SAID = ("ICT", "Training", "Africa, Fiji", "as it was")
SAID_OTHERWISE = ("Trade; Energy", "Financial", "Nepal, Atlantis, Africa", "otherwise")


@pytest.fixture
def edition(survey: Survey) -> Survey:
    """An edition whose rows make an offer each, and a need for each row of another sheet."""
    edition = Survey.objects.create(code="many", title="Many", stated_on=dt.date(2026, 6, 1), publishes_on_import=True)
    about = (FormQuestion("country", "single", "Country", choices_from="countries", feeds="country"),)
    offer = (
        FormQuestion("areas", "multiple", "Priority areas", choices_from="areas", feeds="areas", side="offer"),
        FormQuestion("how", "multiple", "How", choices_from="modalities", feeds="modalities", side="offer"),
        FormQuestion("whom", "multiple", "For whom", choices_from="places", feeds="targets", side="offer"),
        FormQuestion("remarks", "text", "Remarks", feeds="text", side="offer"),
    )
    need = (
        FormQuestion("need_areas", "multiple", "Areas", choices_from="areas", feeds="areas", side="need"),
        FormQuestion("need_text", "text", "Details", feeds="text", side="need"),
    )
    sections = (
        FormSection("about", "About", questions=about),
        FormSection("offer", "Offer", questions=offer),
        FormSection("need", "Needs", repeats=True, questions=need),
    )
    add_version(edition, Form(sections))
    return edition


@cache
def file_of(count: int, said: tuple[str, ...], *, repeats: bool) -> bytes:
    """A workbook of so many responses of Palau, each with two needs where rows repeat.

    Made once: a workbook has the second of its making in it, and another file is planned otherwise than the same one.
    """
    main = [["Palau", *said, f"u{number}", "2026-11-20T03:12:09Z", number] for number in range(1, count + 1)]
    sheets: dict[str, list[list[Any]]] = {"main": [HEADINGS, *main]}
    if repeats:
        rows = [[area, f"{said[3]} {number}", f"{number}{place}", "main", number]
                for number in range(1, count + 1) for place, area in enumerate(("Gender", said[0]))]  # fmt: skip
        sheets["need"] = [["Areas", "Details", "_index", "_parent_table_name", "_parent_index"], *rows]
    return workbook(**sheets)


def bring_in(edition: Survey, count: int, said: tuple[str, ...], *, repeats: bool) -> ImportOutcome:
    outcome = import_file(survey=edition, data=file_of(count, said, repeats=repeats), file_name="answers.xlsx")
    assert not outcome.errors, outcome.errors
    return outcome


def forget(edition: Survey) -> None:
    """Take away what was brought in, so that the next begins anew."""
    PendingChange.objects.all().delete()
    for model in (Offer, Need):
        model.objects.filter(survey=edition).delete()
    Response.objects.filter(survey=edition).delete()
    Import.objects.filter(survey=edition).delete()


def new(edition: Survey, count: int, repeats: bool, by: User) -> Callable[[], None]:
    def act() -> None:
        assert bring_in(edition, count, SAID, repeats=repeats).counts["added"] == count

    return act


def unchanged(edition: Survey, count: int, repeats: bool, by: User) -> Callable[[], None]:
    bring_in(edition, count, SAID, repeats=repeats)

    def act() -> None:
        assert bring_in(edition, count, SAID, repeats=repeats).counts["unchanged"] == count

    return act


def changed(edition: Survey, count: int, repeats: bool, by: User) -> Callable[[], None]:
    bring_in(edition, count, SAID, repeats=repeats)

    def act() -> None:
        assert bring_in(edition, count, SAID_OTHERWISE, repeats=repeats).counts["changed"] == count
        offers = Offer.objects.filter(survey=edition, areas="trade", targets__country="NPL")
        assert offers.filter(text__contains="otherwise").count() == count

    return act


def kept_for_choice(edition: Survey, count: int, repeats: bool, by: User) -> Callable[[], None]:
    bring_in(edition, count, SAID, repeats=repeats)
    for model in (Offer, Need):
        model.objects.filter(survey=edition).update(edited_on=timezone.now())

    def act() -> None:
        assert bring_in(edition, count, SAID_OTHERWISE, repeats=repeats).counts["changed"] == count
        assert PendingChange.objects.filter(decided_at=None).count() == count * (3 if repeats else 1)

    return act


def undone(edition: Survey, count: int, repeats: bool, by: User) -> Callable[[], None]:
    made = bring_in(edition, count, SAID, repeats=repeats).file_import
    return lambda: _undo(made, by)


def change_undone(edition: Survey, count: int, repeats: bool, by: User) -> Callable[[], None]:
    bring_in(edition, count, SAID, repeats=repeats)
    made = bring_in(edition, count, SAID_OTHERWISE, repeats=repeats).file_import

    def act() -> None:
        _undo(made, by)
        offers = Offer.objects.filter(survey=edition, areas="ict", status="published")
        assert offers.filter(text__contains="as it was").count() == count

    return act


def _undo(made: Import | None, by: User) -> None:
    assert made is not None
    undo(file_import=made, by=by)


@pytest.mark.parametrize("repeats", [False, True], ids=["alone", "with rows that repeat"])
@pytest.mark.parametrize(
    "rows", [new, unchanged, changed, kept_for_choice, undone, change_undone], ids=lambda rows: rows.__name__
)
def test_many_rows_take_as_many_queries_as_one(rows, repeats: bool, edition: Survey, manager: User) -> None:
    assert can(manager, Action.MANAGE_SURVEYS)  # what its account may do is asked once
    taken = {}
    for count in (FEW, MANY):
        forget(edition)
        act = rows(edition, count, repeats, manager)
        with CaptureQueriesContext(connection) as queries:
            act()
        taken[count] = [query["sql"].partition(" WHERE ")[0][:90] for query in queries.captured_queries]
    assert len(taken[MANY]) == len(taken[FEW]), set(taken[MANY]) ^ set(taken[FEW])
