"""What a file would change in a released edition, or in postings that a country vouches for, waits to be chosen."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.models import User
from surveys.choices import ImportState, PostingStatus, ResponseStatus
from surveys.importing.applying import import_file
from surveys.importing.held import choose_answers, differences_of_answers
from surveys.models import Import, Offer, PendingChange, Response, Survey
from surveys.postings import posting
from surveys.postings.deciding.held import PostingRefused
from tests.surveys.importing.conftest import as_csv, changed, table_rows
from web.calendar.days import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(client: Client, survey: Survey, manager: User) -> Client:
    client.force_login(manager)
    return client


@pytest.fixture
def released(survey: Survey) -> Survey:
    """The 2018 edition with eight of its ten rows, released."""
    import_file(survey=survey, data=as_csv(table_rows()[:8]), file_name="first.csv")
    survey.results_released_on = today()
    survey.save()
    return survey


CHINA_OTHERWISE = changed("CHN", modalities="Training", regions_countries_as_printed="Africa")


def bring_in(client: Client, survey: Survey, rows: Any, capture: Any) -> Import:
    before = set(Import.objects.values_list("pk", flat=True))
    file = SimpleUploadedFile("second.csv", as_csv(rows))
    with capture(execute=True):
        client.post(reverse("admin:surveys_import_add"), {"survey": survey.pk, "file": file})
    return Import.objects.exclude(pk__in=before).get()


def step(client: Client, made: Import, name: str, capture: Any) -> None:
    with capture(execute=True):
        client.post(reverse(f"admin:surveys_import_{name}", args=[made.pk]), {"rows": "all"})
    made.refresh_from_db()


def page(client: Client, made: Import) -> str:
    return " ".join(client.get(reverse("admin:surveys_import_change", args=[made.pk])).content.decode().split())


def figures(survey: Survey) -> Any:
    answers = Response.objects.received().filter(survey=survey).order_by("pk")
    postings = [
        list(model.objects.filter(survey=survey).order_by("pk").values("title", "text", "status", "edited_on"))
        for model in (Offer,)
    ]
    return (
        [(one.country_id, one.as_printed, list(one.answers.values("question", "value"))) for one in answers],
        postings,
    )


def test_nothing_of_a_released_edition_is_written_over_and_the_preview_says_so_first(
    at_desk: Client, released: Survey, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    before = figures(released)
    made = bring_in(at_desk, released, CHINA_OTHERWISE, capture)
    # China's row differs; Thailand and Viet Nam had no row.
    assert {code: made.counts[code] for code in ("added", "changed", "unchanged", "held")} == {
        "added": 0, "changed": 0, "unchanged": 7, "held": 3,
    }  # fmt: skip
    shown = page(at_desk, made)
    assert "3 rows of this file say otherwise than what stands" in shown
    assert "<li>China: 1</li>" in shown
    assert shown.index("say otherwise") < shown.index("What the rows would become")
    assert "Keep 3 rows to be chosen" in shown
    step(at_desk, made, "apply", capture)
    assert (made.state, made.error) == (ImportState.APPLIED, "")
    assert figures(released) == before
    assert Response.objects.filter(survey=released, status=ResponseStatus.HELD).count() == 2
    assert PendingChange.objects.filter(decided_at=None).count() == 3
    assert "Changes to choose" in page(at_desk, made)
    # The same file again holds the same three, once.
    again = bring_in(at_desk, released, CHINA_OTHERWISE, capture)
    step(at_desk, again, "apply", capture)
    assert PendingChange.objects.count() == 3
    assert figures(released) == before


def test_what_a_manager_takes_is_written_as_by_the_import_and_undone_with_it(
    at_desk: Client, released: Survey, manager: User, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    before = figures(released)
    made = bring_in(at_desk, released, CHINA_OTHERWISE, capture)
    step(at_desk, made, "apply", capture)
    china = PendingChange.objects.get(response__country="CHN")
    assert ("Training" in {one.in_response for one in differences_of_answers(china)}) is True
    address = reverse("admin:surveys_pendingchange_change", args=[china.pk])
    shown = at_desk.get(address)
    assert (
        "Take the file&#x27;s answers" in shown.content.decode() or "Take the file's answers" in shown.content.decode()
    )
    at_desk.post(address, {"as_of": shown.context["as_of"], "response": ""})
    response = Response.objects.get(survey=released, country="CHN")
    assert response.answers.get(question="modalities").value == ["training"]
    assert Offer.objects.get(country="CHN").modalities.count() == 1
    # Two countries that had no row, in the list at once.
    rest = list(PendingChange.objects.filter(decided_at=None).values_list("pk", flat=True))
    at_desk.post(reverse("admin:surveys_pendingchange_changelist"), {"action": "take", "_selected_action": rest})
    assert Response.objects.received().filter(survey=released).count() == 10
    assert Offer.objects.get(country="THA").status == PostingStatus.PUBLISHED
    made.refresh_from_db()
    assert {code: made.counts[code] for code in ("added", "changed", "held")} == {"added": 2, "changed": 1, "held": 0}
    with pytest.raises(PostingRefused, match="decided already"):
        choose_answers(change=china, takes_file=True, by=manager)
    step(at_desk, made, "undo", capture)
    assert (made.state, made.error) == (ImportState.UNDONE, "")
    assert figures(released)[0] == before[0]


@pytest.mark.any_database
def test_what_a_manager_leaves_is_not_asked_again_until_the_file_says_something_else(
    at_desk: Client, released: Survey, manager: User, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    before = figures(released)
    made = bring_in(at_desk, released, CHINA_OTHERWISE, capture)
    step(at_desk, made, "apply", capture)
    for change in PendingChange.objects.all():
        choose_answers(change=change, takes_file=False, by=manager)
    assert figures(released) == before
    again = bring_in(at_desk, released, CHINA_OTHERWISE, capture)
    assert (again.counts["unchanged"], again.counts.get("held", 0)) == (10, 0)
    other = bring_in(at_desk, released, changed("CHN", modalities="Study visits"), capture)
    assert other.counts["held"] == 1


@pytest.mark.any_database
def test_undone_an_import_lets_go_of_what_it_holds(
    at_desk: Client, released: Survey, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    before = figures(released)
    made = bring_in(at_desk, released, CHINA_OTHERWISE, capture)
    step(at_desk, made, "apply", capture)
    step(at_desk, made, "undo", capture)
    assert made.state == ImportState.UNDONE
    assert not PendingChange.objects.exists()
    assert not Response.objects.filter(status=ResponseStatus.HELD).exists()
    assert figures(released) == before


@pytest.mark.any_database
def test_the_released_figures_are_the_same_until_somebody_chooses(
    at_desk: Client, released: Survey, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    address = reverse("surveys:survey", args=[released.code])
    before = Client().get(address).content
    made = bring_in(at_desk, released, CHINA_OTHERWISE, capture)
    step(at_desk, made, "apply", capture)
    assert Client().get(address).content == before


@pytest.mark.any_database
def test_only_managers_choose(released: Survey, reviewer: User, manager: User):
    import_file(survey=released, data=as_csv(CHINA_OTHERWISE), file_name="second.csv", by=manager)
    with pytest.raises(PostingRefused, match="Only managers"):
        choose_answers(change=PendingChange.objects.earliest("pk"), takes_file=True, by=reviewer)


def test_an_edition_that_is_released_and_empty_is_filled_as_any_other(survey: Survey):
    survey.results_released_on = today()
    survey.save()
    outcome = import_file(survey=survey, data=as_csv(table_rows()), file_name="first.csv")
    assert outcome.counts["added"] == 10
    assert not PendingChange.objects.exists()


@pytest.mark.any_database
def test_countries_whose_postings_are_edited_or_confirmed_are_named_first(
    at_desk: Client, survey: Survey, manager: User, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    import_file(survey=survey, data=as_csv(table_rows()), file_name="first.csv")
    offer = Offer.objects.get(country="CHN")
    areas, modalities = ([row.pk for row in rows.all()] for rows in (offer.areas, offer.modalities))
    posting.correct(posting=offer, values={"text": "Ours"}, areas=areas, modalities=modalities, by=manager)
    offer.refresh_from_db()
    text = offer.text
    made = bring_in(at_desk, survey, CHINA_OTHERWISE, capture)
    shown = page(at_desk, made)
    assert "1 offer or need was confirmed by its country or edited by a person" in shown
    assert "<li>China: 1</li>" in shown
    step(at_desk, made, "apply", capture)
    offer.refresh_from_db()
    assert offer.text == text
    change = PendingChange.objects.get()
    assert (change.offer, change.is_of_answers) == (offer, False)


def test_one_version_of_a_response_is_open_at_a_time(released: Survey):
    response = Response.objects.filter(survey=released).earliest("pk")
    PendingChange.objects.create(response=response, content={})
    with pytest.raises(IntegrityError, match=r"pendingchange_one_open_a_response|UNIQUE"), transaction.atomic():
        PendingChange.objects.create(response=response, content={})
    PendingChange.objects.update(decided_at=timezone.now())
    PendingChange.objects.create(response=response, content={})
