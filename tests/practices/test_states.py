"""Practices from draft to published and withdrawn: who may, from which state, what is kept, who is told."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from directory.choices import Role
from directory.mail.sending import send_due
from directory.models import Mail
from practices.choices import PracticeStatus
from practices.models import Practice
from practices.offering import states, writing
from practices.offering.complete import UNTITLED
from practices.offering.refusing import PracticeRefused
from practices.searching.documents import after_migrate
from practices.shown.editing import events_of
from surveys.models import CountryWindow
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    CountryFactory,
    PracticeFactory,
    PublishedPracticeFactory,
    SubmittedPracticeFactory,
    UserFactory,
)
from web.models import SearchDocument

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def drafted(agency, by, **values):
    given = {"agency": agency, "title": "Flood watch", "text": "Each village names three people.", **values}
    return writing.create(values=given, relations={"areas": [AreaFactory(code="energy")]}, by=by)


def mails(kind):
    return sorted(Mail.objects.filter(kind=kind).values_list("to_address", flat=True))


def test_from_draft_to_published(agency, focal_point, reviewer, visitor):
    practice = drafted(agency, focal_point)
    assert not Practice.objects.public().exists()
    states.submit(practice=practice, by=focal_point)
    assert mails("practice_submitted") == [reviewer.email]
    assert not Practice.objects.visible_to(visitor).exists()
    states.publish(practice=practice, by=reviewer)
    assert mails("practice_reviewed") == [focal_point.email]
    assert Practice.objects.visible_to(visitor).get() == practice
    practice.refresh_from_db()
    assert practice.published_at is not None


def test_changes_are_asked_for_with_a_note_and_the_answer_is_reviewed_again(agency, focal_point, reviewer):
    practice = drafted(agency, focal_point)
    states.submit(practice=practice, by=focal_point)
    with pytest.raises(PracticeRefused, match="Say in a note"):
        states.ask_for_changes(practice=practice, by=reviewer, note=" \n")
    states.ask_for_changes(practice=practice, by=reviewer, note="Which year?")
    practice.refresh_from_db()
    assert (practice.status, practice.review_note) == (PracticeStatus.CHANGES_ASKED, "Which year?")
    writing.edit(practice=practice, values={"text": "Since 2021."}, relations={}, by=focal_point)
    states.submit(practice=practice, by=focal_point)
    practice.refresh_from_db()
    assert (practice.status, practice.review_note) == (PracticeStatus.SUBMITTED, "")
    assert [event.what for event in events_of(practice)] == [
        "Sent to the secretariat", "Changed", "Changes asked for", "Sent to the secretariat", "Drafted",
    ]  # fmt: skip
    assert [event.note for event in events_of(practice)][2] == "Which year?"
    assert {event.who for event in events_of(practice)} == {str(focal_point), "the secretariat"}
    assert str(reviewer) in {event.who for event in events_of(practice, names_staff=True)}


def test_what_is_published_and_changed_is_not_shown_until_it_is_reviewed(agency, focal_point, reviewer):
    practice = PublishedPracticeFactory(agency=agency)
    writing.edit(practice=practice, values={"title": practice.title}, relations={}, by=focal_point)
    assert Practice.objects.public().exists(), "nothing differed"
    writing.edit(practice=practice, values={"title": "Another title"}, relations={}, by=focal_point)
    assert not Practice.objects.public().exists()
    assert mails("practice_submitted") == [reviewer.email]
    with pytest.raises(PracticeRefused, match="not complete"):
        writing.edit(practice=practice, values={"text": ""}, relations={}, by=focal_point)
    practice.refresh_from_db()
    assert practice.text


@pytest.mark.parametrize(
    ("values", "areas", "words"),
    [
        ({"text": " "}, True, "what was done"),
        ({"title": UNTITLED}, True, "title"),
        ({}, False, "priority area"),
    ],
)
def test_what_is_not_complete_is_not_sent_in(agency, focal_point, values, areas, words):
    practice = drafted(agency, focal_point, **values)
    if not areas:
        practice.areas.set([AreaFactory(code="sdgs", use="tag")])
    with pytest.raises(PracticeRefused, match=words):
        states.submit(practice=practice, by=focal_point)
    practice.refresh_from_db()
    assert practice.status == PracticeStatus.DRAFT


STEPS = {
    "submit": lambda practice, by: states.submit(practice=practice, by=by),
    "publish": lambda practice, by: states.publish(practice=practice, by=by),
    "ask": lambda practice, by: states.ask_for_changes(practice=practice, by=by, note="Why?"),
    "withdraw": lambda practice, by: states.withdraw(practice=practice, by=by, note="No longer so."),
}
OWN = {
    "submit": {"draft", "changes_asked", "withdrawn"},
    "withdraw": {"draft", "submitted", "changes_asked", "published"},
}
REVIEW = {
    "publish": {"submitted"},
    "ask": {"submitted"},
    "withdraw": {"submitted", "changes_asked", "published"},
}


@pytest.mark.parametrize("status", PracticeStatus.values)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", ["focal_point", "coordinator", "other_focal_point", "partner", "reviewer", "manager"])
def test_who_takes_which_step_from_which_state(role, step, status, agency, request):
    person = request.getfixturevalue(role)
    practice = PracticeFactory(
        agency=agency,
        status=status,
        submitted_at=timezone.now(),
        published_at=timezone.now(),
        review_note="A note",
    )
    may = {"focal_point": OWN, "coordinator": OWN, "reviewer": REVIEW, "manager": REVIEW}.get(role, {})
    if status in may.get(step, ()):
        STEPS[step](practice, person)
        practice.refresh_from_db()
        assert practice.status != status
    else:
        with pytest.raises(PracticeRefused):
            STEPS[step](practice, person)
        practice.refresh_from_db()
        assert practice.status == status


def test_without_a_designation_nobody_writes(agency):
    person = UserFactory(role=Role.FOCAL_POINT, role__agency=agency, role__designated=False)
    with pytest.raises(PracticeRefused):
        drafted(agency, person)
    assert Practice.objects.of(person).count() == 0
    practice = PracticeFactory(agency=agency)
    assert Practice.objects.of(person).get() == practice, "reading needs none"


def test_a_practice_is_not_moved_to_an_agency_of_others(agency, focal_point):
    practice = drafted(agency, focal_point)
    with pytest.raises(PracticeRefused):
        writing.edit(practice=practice, values={"agency": AgencyFactory()}, relations={}, by=focal_point)
    practice.refresh_from_db()
    assert practice.agency == agency


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("visitor", {"Public"}),
        ("partner", {"Public"}),
        ("other_focal_point", {"Public"}),
        ("focal_point", {"Public", "Draft", "Submitted"}),
        ("coordinator", {"Public", "Draft", "Submitted"}),
        ("reviewer", {"Public", "Draft", "Submitted"}),
        ("manager", {"Public", "Draft", "Submitted"}),
    ],
)
def test_who_sees_which(role, seen, agency, request):
    PublishedPracticeFactory(agency=agency, title="Public")
    PracticeFactory(agency=agency, title="Draft")
    SubmittedPracticeFactory(agency=agency, title="Submitted")
    found = Practice.objects.visible_to(request.getfixturevalue(role))
    assert set(found.values_list("title", flat=True)) == seen


def test_practices_of_a_paused_country_are_hidden(agency, visitor):
    PublishedPracticeFactory(agency=agency)
    of_no_country = PublishedPracticeFactory(agency=AgencyFactory(country=None))
    CountryWindow.objects.create(country=agency.country, paused_at=timezone.now())
    assert Practice.objects.visible_to(visitor).get() == of_no_country


def test_the_history_keeps_what_a_practice_was_tied_to(agency, focal_point):
    practice = drafted(agency, focal_point)
    laos = CountryFactory(iso3="LAO")
    writing.edit(practice=practice, values={}, relations={"countries": [laos]}, by=focal_point)
    new, old = practice.history.all()
    assert [row.country for row in new.countries.all()] == [laos]
    assert not old.countries.exists()
    assert [row.priorityarea_id for row in old.areas.all()] == ["energy"]
    assert (new.history_user, new.history_change_reason, old.history_type) == (focal_point, "edited", "+")


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "submitted", "submitted_at": None},
        {"status": "published", "published_at": None},
        {"status": "changes_asked", "review_note": ""},
    ],
)
def test_the_database_holds_what_goes_with_a_state(broken):
    practice = PracticeFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(**broken)


def test_a_mail_is_not_sent_once_it_is_not_true_any_more(agency, focal_point, reviewer, mailoutbox):
    practice = drafted(agency, focal_point)
    states.submit(practice=practice, by=focal_point)
    states.publish(practice=practice, by=reviewer)
    states.withdraw(practice=practice, by=focal_point)
    send_due()
    assert mailoutbox == []
    states.submit(practice=practice, by=focal_point)
    send_due()
    assert [message.to for message in mailoutbox] == [[reviewer.email]]
    assert "Practice to review: Flood watch" in mailoutbox[0].subject
    assert f"/admin/practices/practice/{practice.pk}/change/" in mailoutbox[0].body


def test_lost_documents_come_back_with_the_next_migration(agency):
    PublishedPracticeFactory(agency=agency, title="Flood watch")
    SearchDocument.objects.filter(kind="practice").delete()
    after_migrate(using="default")
    assert "title:flood" in SearchDocument.objects.get(kind="practice").tokens.split()
