"""The outbox: after the commit, once, to one address, in the reader's language, with nothing it may not see."""

import contextlib
import datetime as dt
from unittest import mock

import pytest
from django.core import mail
from django.core.mail import get_connection
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from directory.choices import Digest, MailState, Role
from directory.mail import kinds, outbox, sending
from directory.mail.kinds import Purpose
from directory.mail.rendering import one_line
from directory.mail.unsubscribing import unsubscribe_address
from directory.models import Mail
from surveys.choices import PostingStatus, WindowKind
from surveys.models import CountryWindow
from surveys.postings import approval, still_valid
from tests.factories import AgencyFactory, CountryFactory, OfferFactory, PublishedOfferFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(monkeypatch):
    """A kind of mail that says what it is about; rendered by the templates of another."""
    monkeypatch.setitem(kinds.KINDS, "posting_approved", kinds.MailKind("posting_approved", Purpose.ACCOUNT, built))


def built(reader, about):
    if about.get("gone"):
        return None
    posting = OfferFactory.build(pk=7, title=about.get("title", "Rice"), country=CountryFactory(iso3="THA"))
    return {"posting": posting, "kind": "offer"}


def write(*people, key="event", **about):
    return outbox.write(kind="posting_approved", key=key, about=about, to=people)


def test_it_is_sent_after_the_commit_and_not_where_that_is_rolled_back(
    note, focal_point, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        write(focal_point)
        assert mail.outbox == []
    assert [message.to for message in mail.outbox] == [[focal_point.email]]
    with contextlib.suppress(LookupError), transaction.atomic():
        write(focal_point, key="another")
        raise LookupError
    assert sending.send_due() == {}
    assert len(mail.outbox) == 1


def test_one_event_is_one_mail_a_person_with_no_other_address_in_it(note, focal_point, coordinator):
    assert write(focal_point, coordinator) == 2
    assert write(focal_point, coordinator) == 0
    sending.send_due()
    sending.send_due()
    assert sorted(message.to[0] for message in mail.outbox) == sorted([focal_point.email, coordinator.email])
    for message in mail.outbox:
        others = {focal_point.email, coordinator.email} - set(message.to)
        assert message.cc == message.bcc == []
        assert not any(other in message.message().as_string() for other in others)


def test_a_sender_that_dies_half_way_sends_nothing_twice(note, focal_point):
    write(focal_point)
    with mock.patch.object(sending, "_finish", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        sending.send_due()
    assert len(mail.outbox) == 1
    sending.send_due()
    Mail.objects.update(claimed_at=timezone.now() - dt.timedelta(hours=1))
    sending.send_due()
    assert len(mail.outbox) == 1
    row = Mail.objects.get()
    assert row.state == MailState.UNCERTAIN
    assert sending.send_again(mail=row)
    assert sending.send_due() == {"sent": 1}


@pytest.mark.any_database
def test_a_server_that_refuses_is_tried_again_later_then_given_up(note, focal_point):
    write(focal_point)
    with mock.patch.object(get_connection().__class__, "send_messages", side_effect=OSError("no route")):
        for attempt in range(sending.MOST_ATTEMPTS):
            Mail.objects.update(due_at=timezone.now())
            sending.send_due()
            assert Mail.objects.get().attempts == attempt + 1
    assert Mail.objects.get().state == MailState.FAILED


@pytest.mark.any_database
def test_what_the_reader_may_not_see_any_more_is_not_sent(note, focal_point):
    write(focal_point, gone=True)
    assert sending.send_due() == {"dropped": 1}
    assert mail.outbox == []


@pytest.mark.any_database
def test_nobody_without_an_active_account_is_written_to(note, focal_point):
    focal_point.is_active = False
    focal_point.save()
    assert write(focal_point) == 0


@pytest.mark.any_database
def test_a_title_cannot_add_headers_markup_or_turn_the_direction(note, focal_point):
    write(focal_point, title="A\r\nBcc: all@example.org <script>alert(1)</script> \u202eexe")
    sending.send_due()
    message = mail.outbox[0]
    assert "\n" not in message.subject
    assert message.message()["Bcc"] is None
    html = message.alternatives[0].content
    assert "<script>" not in html
    assert "\u202e" not in message.subject + message.body


@pytest.mark.any_database
def test_one_line_keeps_words_of_any_script():
    assert one_line(" مياه \u200f الشرب\r\n\t水\u2028ខ្មែរ\x00\ud800 ") == "مياه الشرب 水 ខ្មែរ"


@pytest.mark.any_database
def test_every_kind_has_its_templates():
    from django.template.loader import get_template

    for code in kinds.KINDS:
        for ending in ("subject.txt", "txt", "html"):
            get_template(f"mail/{code}.{ending}")


@pytest.mark.any_database
def test_each_is_written_in_the_language_and_time_zone_of_its_reader(note, focal_point, settings):
    from django.utils import translation

    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    focal_point.language, focal_point.time_zone = "fr", "Pacific/Kiritimati"
    focal_point.save()
    seen = []

    def build(reader, about):
        seen.append((translation.get_language(), timezone.get_current_timezone_name()))
        return built(reader, about)

    kinds.KINDS["posting_approved"] = kinds.MailKind("posting_approved", Purpose.ACCOUNT, build)
    write(focal_point)
    with translation.override("en"):
        sending.send_due()
    assert seen == [("fr", "Pacific/Kiritimati")]


@pytest.mark.any_database
def test_unsubscribing_takes_one_post_without_a_session_and_a_get_changes_nothing(client, focal_point):
    focal_point.digest = Digest.DAILY
    focal_point.save()
    path = unsubscribe_address(focal_point, Purpose.DIGEST).removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 200
    focal_point.refresh_from_db()
    assert focal_point.digest == Digest.DAILY
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    focal_point.refresh_from_db()
    assert focal_point.digest == Digest.NEVER
    assert client.post("/mail/unsubscribe/forged:abc/").status_code == 404
    assert unsubscribe_address(focal_point, Purpose.ACCOUNT) == ""


def test_still_valid_asks_before_it_changes_anything(client, focal_point):
    CountryWindow.objects.create(country=CountryFactory(iso3="THA"), kind=WindowKind.SEVERAL)
    agency = focal_point.current_affiliations[0].agency
    offer = PublishedOfferFactory(country=None, agency=agency, confirmed_on=dt.date(2025, 1, 1))
    path = still_valid.address(focal_point, "offer", offer.pk).removeprefix("http://127.0.0.1:8000")
    assert offer.title in client.get(path).content.decode()
    offer.refresh_from_db()
    assert offer.confirmed_on == dt.date(2025, 1, 1)
    client.post(path, {"answer": "yes"})
    offer.refresh_from_db()
    assert offer.confirmed_on > dt.date(2025, 1, 1)
    client.post(path, {"answer": "no"})
    offer.refresh_from_db()
    assert offer.status == PostingStatus.WITHDRAWN
    assert client.get(path).status_code == 404


def test_still_valid_is_dead_once_the_person_may_not_act(client, focal_point):
    offer = PublishedOfferFactory(country=None, agency=focal_point.current_affiliations[0].agency)
    path = still_valid.address(focal_point, "offer", offer.pk).removeprefix("http://127.0.0.1:8000")
    focal_point.affiliations.get().designations.update(ended_at=timezone.now())
    assert client.get(path).status_code == 404
    assert client.post(path, {"answer": "no"}).status_code == 404


def test_who_approves_hears_of_a_submission_and_the_submitter_of_the_approval(focal_point, coordinator, manager):
    CountryWindow.objects.create(country=CountryFactory(iso3="THA"), kind=WindowKind.SINGLE)
    agency = focal_point.current_affiliations[0].agency
    said = {"areas": ["energy"], "modalities": ["training"], "contact": "+66 000"}
    offer = OfferFactory(country=None, agency=agency, **said)
    approval.submit(posting=offer, by=focal_point)
    sending.send_due()
    assert [message.to for message in mail.outbox] == [[coordinator.email]]
    approval.approve(posting=offer, by=coordinator)
    sending.send_due()
    assert mail.outbox[-1].to == [focal_point.email]
    assert all("+66 000" not in message.message().as_string() for message in mail.outbox)
    assert reverse("workspace:offer", args=[offer.pk]) in mail.outbox[-1].body


@pytest.mark.any_database
def test_an_office_mailbox_learns_that_there_is_something_and_no_more(note):
    agency = AgencyFactory(country=CountryFactory(iso3="THA"), office_mailbox="office@example.org")
    UserFactory(role=Role.FOCAL_POINT, role__agency=agency)
    assert outbox.write(kind="posting_approved", key="office", about={}, offices=[agency]) == 1
    assert Mail.objects.get().to_user is None
