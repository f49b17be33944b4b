"""Reviewing practices and answering questions in the admin: by buttons, once, with what was typed kept."""

import uuid

import pytest
from django.test import Client

from directory.models import User
from practices.asking import questions
from practices.choices import PracticeStatus, QuestionState
from practices.models import Practice
from practices.offering import writing
from practices.shown.editing import ShownPractice
from tests.factories import PracticeFactory, PublishedPracticeFactory, SubmittedPracticeFactory
from tests.pages import Page
from web.since_shown import AS_OF

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LIST = "/admin/practices/practice/"
QUESTIONS = "/admin/practices/practicequestion/"


@pytest.fixture
def desk(client: Client, reviewer: User) -> Client:
    client.force_login(reviewer)
    return client


def page_of(practice: Practice) -> str:
    return f"{LIST}{practice.pk}/change/"


def step(practice: Practice, name: str, **typed: str) -> dict[str, str]:
    mark = ShownPractice(Practice.objects.get(pk=practice.pk)).mark()
    return {"step": name, "note": "", AS_OF: mark, **typed}


def test_it_is_read_and_published(desk: Client) -> None:
    practice = SubmittedPracticeFactory(title="Flood <b>watch</b>", results="All reached.")
    assert "1 practice to review" in Page(desk.get("/admin/")).text
    page = Page(desk.get(page_of(practice)))
    assert "All reached." in page.text
    assert "<b>watch" not in page.source
    answer = desk.post(page_of(practice), step(practice, "publish"), follow=True)
    assert "Published: Flood" in answer.content.decode()
    assert Practice.objects.public().get() == practice
    assert "practice to review" not in Page(desk.get("/admin/")).text


def test_changes_are_asked_for_and_a_note_is_needed(desk: Client) -> None:
    practice = SubmittedPracticeFactory()
    assert "Say in a note" in desk.post(page_of(practice), step(practice, "ask_for_changes")).content.decode()
    desk.post(page_of(practice), step(practice, "ask_for_changes", note="Which year?"))
    practice.refresh_from_db()
    assert (practice.status, practice.review_note) == (PracticeStatus.CHANGES_ASKED, "Which year?")


def test_the_second_of_two_is_told_and_keeps_the_note(desk: Client, focal_point: User) -> None:
    practice = SubmittedPracticeFactory(agency=focal_point.affiliations.get().agency)
    given = step(practice, "ask_for_changes", note="A long note")
    writing.edit(practice=practice, values={"title": "Changed meanwhile"}, relations={}, by=focal_point)
    answer = desk.post(page_of(practice), given)
    assert "Nothing was done" in answer.content.decode()
    assert "A long note" in answer.content.decode()
    practice.refresh_from_db()
    assert practice.status == PracticeStatus.SUBMITTED


@pytest.mark.parametrize(
    "typed", [{}, {"step": "delete"}, {"step": "publish"}, {"step": "publish", "note": "x" * 5_001}]
)
def test_a_bad_form_does_nothing(desk: Client, typed: dict[str, str]) -> None:
    practice = SubmittedPracticeFactory()
    answer = desk.post(page_of(practice), typed)
    assert answer.status_code == 200
    assert "Nothing was done" in answer.content.decode()
    practice.refresh_from_db()
    assert practice.status == PracticeStatus.SUBMITTED


def test_a_get_decides_nothing(desk: Client) -> None:
    practice = SubmittedPracticeFactory()
    desk.get(page_of(practice), {"step": "publish"})
    practice.refresh_from_db()
    assert practice.status == PracticeStatus.SUBMITTED


def test_the_list_finds_as_the_public_search_does(desk: Client) -> None:
    PracticeFactory(title="Draft of a warning")
    PublishedPracticeFactory(title="Something else", areas=["water"])
    for query, number in (("q=warning", 1), ("q=water", 1), ("status__exact=draft", 1), ("", 2), ("q=%20!", 0)):
        assert desk.get(f"{LIST}?{query}").context["cl"].result_count == number, query


def test_a_question_is_read_and_answered_once(desk: Client, focal_point: User) -> None:
    practice = PublishedPracticeFactory(title="Flood watch")
    agency = focal_point.affiliations.get().agency
    question = questions.ask(
        practice=practice, by=focal_point, agency=agency, text="How <i>many</i>?", key=uuid.uuid4()
    )
    assert "1 question about a practice to answer" in Page(desk.get("/admin/")).text
    assert desk.get(QUESTIONS).context["cl"].result_count == 1
    address = f"{QUESTIONS}{question.pk}/change/"
    page = Page(desk.get(address))
    assert "How <i>many</i>?" in page.text
    assert str(focal_point) in page.text
    assert "field is required" in desk.post(address, {"answer": " "}).content.decode()
    answer = desk.post(address, {"answer": "Three in each village."}, follow=True)
    assert "The answer is sent." in answer.content.decode()
    question.refresh_from_db()
    assert question.state == QuestionState.ANSWERED
    again = desk.post(address, {"answer": "Typed by another reviewer"})
    assert "Typed by another reviewer" in again.content.decode()
    assert "does not wait for an answer any more" in again.content.decode()


def test_the_pages_make_as_many_queries_with_many(desk: Client, django_assert_max_num_queries) -> None:
    practice = SubmittedPracticeFactory()
    desk.get(page_of(practice))
    for number in (1, 20):
        for _one in range(number):
            SubmittedPracticeFactory(agency=practice.agency)
        # session, person, affiliations, factors; the list, its number, its filters
        with django_assert_max_num_queries(14):
            desk.get(LIST)
        with django_assert_max_num_queries(18):
            desk.get(page_of(practice))
