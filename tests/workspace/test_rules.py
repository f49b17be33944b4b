"""Answering a questionnaire with rules, without JavaScript: choices narrow, answers are checked, texts filled in."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from directory.choices import AgencyKind, Role
from directory.models import User
from surveys.answering import filling_in
from surveys.models import Answer, Response, Survey
from surveys.questionnaires.form import Calculation, Condition, Form, FormOption, FormQuestion, FormSection, add_version
from tests.factories import AgencyFactory, CountryFactory, SurveyFactory, UserFactory
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
HOME = FormSection("home", "Home", questions=(
    FormQuestion("name", "text", "Your name"),
    FormQuestion("state", "single", "State", options=(
        FormOption("n_1", "North", name="N-1"), FormOption("s", "South"))),
    FormQuestion("town", "single", "Town of ${name}", choice_filter="in = ${state}", required_if="${state} != ''",
                 options=(FormOption("a", "Abc", attributes=({"in": "N-1"},)),
                          FormOption("b", "Bcd", attributes=({"in": "s"},)))),
    FormQuestion("age", "whole", "Age", constraint=". >= 18 and . <= 99", constraint_message="Adults, ${name}"),
    FormQuestion("born", "date", "Born", constraint=". <= today()"),
))  # fmt: skip
WORK = FormSection("work", "Employment", shown_if_rule="${years} > 10", questions=(
    FormQuestion("job", "text", "Job", is_required=True, shown_if=Condition("state", ("s",))),
))  # fmt: skip
CHILD = FormSection("child", "Offspring", repeats=True, repeat_count="${years} - 2", questions=(
    FormQuestion("child_name", "text", "Name of child", is_required=True),
))  # fmt: skip


@pytest.fixture
def asked(db: None) -> Survey:
    edition = SurveyFactory(code="ruled", opens_on=timezone.now().date() - dt.timedelta(days=1))
    add_version(edition, Form((HOME, WORK, CHILD), (Calculation("years", "${age} - 18"),)))
    return edition


@pytest.fixture
def person(asked: Survey) -> User:
    agency = AgencyFactory(kind=AgencyKind.MINISTRY, country=CountryFactory(iso3="NPL"))
    user = UserFactory(role=Role.FOCAL_POINT, role__agency=agency)
    filling_in.begin(survey=asked, agency=agency, by=user)
    return user


def save(client: Client, section: str = "home", repeat: int = 0, **answers: str) -> Page:
    address = f"/workspace/surveys/ruled/{section}/" + (f"{repeat}/" if repeat else "")
    given = {f"q-{code}": text for code, text in answers.items()}
    return Page(client.post(address, {"do": "save", **given}, follow=True))


def stored() -> dict[str, object]:
    return dict(Answer.objects.values_list("question", "value"))


def lacking(asked: Survey) -> list[tuple[str, int, str]]:
    response = Response.objects.get()
    found = filling_in.missing(response, filling_in.version_of(response))
    return [(one.question.code, one.repeat, one.said) for one in found]


def test_choices_follow_the_answer_that_was_saved(client: Client, asked: Survey, person: User):
    client.force_login(person)
    page = save(client, name="Ana")
    assert "Abc" not in page.text
    assert "Town of Ana" in page.text
    assert "follows from “State”" in page.text
    page = save(client, state="n_1")
    assert "Abc" in page.text
    assert "Bcd" not in page.text
    assert lacking(asked)[0] == ("town", 0, "")
    save(client, state="n_1", town="a")
    assert stored()["town"] == "a"
    # Another state with the town of the first: the town is named, the state is kept.
    page = save(client, state="s", town="a")
    assert "“Abc” does not go with what was answered to “State”: choose from the list." in page.text
    assert stored() == {"name": "Ana", "state": "s", "town": "a"}
    assert ("town", 0) in {(code, repeat) for code, repeat, said in lacking(asked) if "“Abc” does not go" in said}


def test_an_answer_that_does_not_fit_stays_in_its_field_with_what_would(client: Client, asked: Survey, person: User):
    client.force_login(person)
    page = save(client, name="Ana", age="17", born="2999-01-01")
    assert "Adults, Ana" in page.text
    assert "2100" in page.text
    assert stored() == {"name": "Ana"}
    save(client, age="18")
    assert stored()["age"] == "18"


def test_what_is_asked_and_how_often_follows_from_answers(client: Client, asked: Survey, person: User):
    client.force_login(person)
    save(client, name="Ana", age="20", state="s", town="b")
    overview = Page(client.get("/workspace/surveys/ruled/")).text
    assert "Employment" not in overview
    assert "Offspring" not in overview
    save(client, age="30")
    assert "Employment" in Page(client.get("/workspace/surveys/ruled/")).text
    assert [code for code, _repeat, _said in lacking(asked)] == ["job", *["child_name"] * 10]
    save(client, age="21")
    assert lacking(asked) == [("child_name", 0, "")]
    page = save(client, "child", child_name="Bo")
    assert "add one more" not in page.text
    save(client, "child", 1, child_name="Cy")
    assert lacking(asked) == [("child_name", 1, "answered 2 times where 1 are asked: empty it")]


def test_a_question_that_is_not_asked_any_more_decides_nothing(client: Client, asked: Survey, person: User):
    client.force_login(person)
    save(client, state="s", town="b", age="40")
    save(client, "work", job="Teacher")
    response = Response.objects.get()
    version = filling_in.version_of(response)
    rules = filling_in.rules_for(response, version)
    assert rules.answer("job", "work", 0) == "Teacher"
    save(client, age="20")
    rules = filling_in.rules_for(Response.objects.get(), version)
    assert rules.answer("job", "work", 0) == ""
