"""Asking the secretariat about a practice: who may, the coordinator first, limits, the answer, who is told, erasure."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from directory.access import Action, can
from directory.mail.sending import send_due
from directory.models import Mail
from directory.people.leaving import erase
from practices.asking import questions
from practices.asking.questions import MOST_A_DAY, QuestionRefused, TooManyQuestions
from practices.choices import QuestionState
from practices.models import PracticeQuestion
from surveys.choices import WindowKind
from surveys.models import CountryWindow
from tests.factories import PracticeFactory, PublishedPracticeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def practice():
    return PublishedPracticeFactory(title="Flood watch")


@pytest.fixture
def single_window(db):
    return CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)


def asked(practice, by, agency=None, text="How many people does it take?", key=None):
    return questions.ask(practice=practice, by=by, agency=agency, text=text, key=key or uuid.uuid4())


def mails(kind):
    return sorted(Mail.objects.filter(kind=kind).values_list("to_address", flat=True))


@pytest.mark.parametrize("role", ["focal_point", "coordinator", "other_focal_point", "partner", "reviewer", "manager"])
def test_those_who_may_ask(role, practice, request):
    person = request.getfixturevalue(role)
    if can(person, Action.ASK_SECRETARIAT):
        assert asked(practice, person).state == QuestionState.WITH_SECRETARIAT
    else:
        with pytest.raises(QuestionRefused):
            asked(practice, person)
    assert PracticeQuestion.objects.count() == (role not in ("reviewer", "manager"))


def test_one_asks_about_what_everyone_may_read_alone(focal_point, agency):
    for hidden in (PracticeFactory(), PracticeFactory(agency=agency)):
        with pytest.raises(QuestionRefused):
            asked(hidden, focal_point)


def test_the_secretariat_is_told_and_answers_once(practice, focal_point, agency, reviewer, manager, mailoutbox):
    question = asked(practice, focal_point, agency)
    send_due()
    assert [message.to for message in mailoutbox] == [[reviewer.email]]
    assert "How many people" not in mailoutbox[0].body, "a mail carries no text that somebody typed"
    with pytest.raises(QuestionRefused, match="Write the answer"):
        questions.answer(question=question, by=reviewer, text=" ")
    questions.answer(question=question, by=reviewer, text="Three in each village.")
    with pytest.raises(QuestionRefused, match="any more"):
        questions.answer(question=question, by=manager, text="Four.")
    question.refresh_from_db()
    assert (question.state, question.answer, question.answered_by) == (
        QuestionState.ANSWERED, "Three in each village.", reviewer,
    )  # fmt: skip
    send_due()
    assert mailoutbox[-1].to == [focal_point.email]


@pytest.mark.parametrize("role", ["focal_point", "coordinator", "partner"])
def test_others_do_not_answer(role, practice, focal_point, request):
    question = asked(practice, focal_point)
    with pytest.raises(QuestionRefused):
        questions.answer(question=question, by=request.getfixturevalue(role), text="Three.")


def test_where_the_country_has_one_window_its_coordinator_sees_it_first(
    single_window, practice, focal_point, agency, coordinator, reviewer, other_focal_point
):
    question = asked(practice, focal_point, agency)
    assert question.state == QuestionState.WITH_COORDINATOR
    assert mails("practice_question") == []
    assert mails("practice_question_to_pass") == [coordinator.email]
    assert not PracticeQuestion.objects.with_secretariat().exists()
    for person in (focal_point, other_focal_point, reviewer):
        with pytest.raises(QuestionRefused):
            questions.pass_on(question=question, by=person)
    questions.pass_on(question=question, by=coordinator)
    assert PracticeQuestion.objects.to_answer().get() == question
    assert mails("practice_question") == [reviewer.email]
    with pytest.raises(QuestionRefused):
        questions.keep_back(question=question, by=coordinator)


def test_what_is_not_passed_on_the_secretariat_never_sees(single_window, practice, focal_point, agency, coordinator):
    question = asked(practice, focal_point, agency)
    questions.keep_back(question=question, by=coordinator)
    question.refresh_from_db()
    assert (question.state, question.passed_by) == (QuestionState.KEPT_BACK, coordinator)
    assert not PracticeQuestion.objects.with_secretariat().exists()


def test_the_coordinator_and_those_without_one_ask_directly(single_window, practice, focal_point, agency, coordinator):
    assert asked(practice, coordinator, coordinator.affiliations.get().agency).state == QuestionState.WITH_SECRETARIAT
    coordinator.affiliations.update(ended_at=timezone.now())
    assert asked(practice, focal_point, agency).state == QuestionState.WITH_SECRETARIAT


def test_a_form_sent_twice_asks_once(practice, focal_point, other_focal_point):
    key = uuid.uuid4()
    assert asked(practice, focal_point, key=key) == asked(practice, focal_point, key=key)
    assert PracticeQuestion.objects.count() == 1
    with pytest.raises(QuestionRefused):
        asked(practice, other_focal_point, key=key)


def test_so_many_a_day(practice, focal_point, other_focal_point):
    start = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False):
        for _one in range(MOST_A_DAY):
            asked(practice, focal_point)
        with pytest.raises(TooManyQuestions) as refused:
            asked(practice, focal_point)
        assert refused.value.retry_after == 86_401
        asked(practice, other_focal_point)
    with time_machine.travel(start + dt.timedelta(hours=23, minutes=59), tick=False), pytest.raises(TooManyQuestions):
        asked(practice, focal_point)
    with time_machine.travel(start + dt.timedelta(hours=24, seconds=1), tick=False):
        asked(practice, focal_point)


def test_what_somebody_asked_goes_with_the_person(practice, focal_point, reviewer):
    question = asked(practice, focal_point, text="My telephone is +66 999.")
    questions.answer(question=question, by=reviewer, text="Dear Focal Point, three.")
    open_one = asked(practice, focal_point, text="And my address is in Chiang Rai.")
    erase(focal_point)
    for one in (question, open_one):
        one.refresh_from_db()
    assert (question.text, question.answer, open_one.text, open_one.answer) == ("—", "—", "—", "")
    assert question.state == QuestionState.ANSWERED


@pytest.mark.parametrize(
    "broken",
    [{"state": "answered"}, {"answer": "Three."}, {"passed_at": timezone.now()}],
    ids=["state", "answer", "passed"],
)
def test_the_database_holds_what_goes_with_a_state(broken, practice, focal_point):
    question = asked(practice, focal_point)
    with pytest.raises(IntegrityError), transaction.atomic():
        PracticeQuestion.objects.filter(pk=question.pk).update(**broken)


# --- on its pages


def test_asking_on_the_page(client, practice, focal_point, agency):
    address = f"/workspace/practices/{practice.pk}/ask/"
    assert client.get(address)["Location"].startswith("/accounts/login/")
    client.force_login(focal_point)
    page = client.get(address)
    assert "Not an official communication of your Government" in " ".join(page.content.decode().split())
    typed = {"text": "How many?", "form_key": page.context["form_key"]}
    answer = client.post(address, typed, follow=True)
    assert "Sent to the secretariat." in answer.content.decode()
    assert "How many?" in answer.content.decode()
    client.post(address, typed)
    question = PracticeQuestion.objects.get()
    assert (question.asked_by, question.agency, question.text) == (focal_point, agency, "How many?")


@pytest.mark.parametrize("text", ["", "x" * 5_001, "a\0b"])
def test_what_does_not_fit_is_said_and_kept(text, client, practice, focal_point):
    client.force_login(focal_point)
    answer = client.post(
        f"/workspace/practices/{practice.pk}/ask/", {"text": text, "form_key": str(uuid.uuid4()), "do": "ask"}
    )
    assert answer.status_code == 422
    assert (text[:100] in answer.content.decode()) or "\0" in text
    assert not PracticeQuestion.objects.exists()


def test_the_limit_is_said_with_what_was_typed(client, practice, focal_point):
    for _one in range(MOST_A_DAY):
        asked(practice, focal_point)
    client.force_login(focal_point)
    typed = {"text": "One more, please", "form_key": str(uuid.uuid4())}
    answer = client.post(f"/workspace/practices/{practice.pk}/ask/", typed)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 86_401
    assert "One more, please" in answer.content.decode()


def test_each_sees_its_own_questions(client, practice, focal_point, other_focal_point, reviewer):
    question = asked(practice, focal_point, text="Only mine")
    questions.answer(question=question, by=reviewer, text="Only for you")
    client.force_login(focal_point)
    page = client.get("/workspace/questions/").content.decode()
    assert "Only mine" in page
    assert "Only for you" in page
    client.force_login(other_focal_point)
    assert "Only mine" not in client.get("/workspace/questions/").content.decode()


def test_a_coordinator_passes_on_by_a_button(client, single_window, practice, focal_point, agency, coordinator):
    question = asked(practice, focal_point, agency)
    client.force_login(coordinator)
    assert "Question to pass on" in client.get("/workspace/").content.decode()
    page = client.get("/workspace/questions/").content.decode()
    assert "How many people does it take?" in page
    answer = client.post(f"/workspace/questions/{question.pk}/pass-on/", follow=True)
    assert "Passed on to the secretariat." in answer.content.decode()
    assert client.post(f"/workspace/questions/{question.pk}/keep-back/").status_code == 404
    assert client.post(f"/workspace/questions/{question.pk}/nothing/").status_code == 404


def test_a_practice_that_is_withdrawn_meanwhile_is_not_named_to_who_asked(client, practice, focal_point):
    asked(practice, focal_point)
    type(practice).objects.update(status="withdrawn", title="A title that was changed since")
    client.force_login(focal_point)
    assert "A title that was changed" not in client.get("/workspace/questions/").content.decode()
