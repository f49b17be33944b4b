"""Whom mail does not reach: an address that a server refuses for good is not tried again, and managers see it."""

import datetime as dt
import smtplib
from unittest import mock

import pytest
import time_machine
from django.core.mail import get_connection
from django.urls import reverse
from django.utils import timezone

from directory.choices import MailState
from directory.mail import outbox, sending
from directory.mail.unreached import unreached_people
from directory.models import Mail, User
from ssc_portal.running.daily import forget_mails

pytestmark = pytest.mark.django_db

NO_SUCH_MAILBOX = (550, b"5.1.1 No such mailbox")


@pytest.fixture(autouse=True)
def _filled_in(monkeypatch):
    said = mock.Mock(subject="Rice", text="Rice", html="<p>Rice</p>", headers={})
    monkeypatch.setattr(sending, "render", lambda mail: said)


def send(person: User, key: str, answer: tuple[int, bytes] | None = None) -> Mail:
    """Write to the person; the server gives this answer to the address, or takes the mail."""
    outbox.write(kind="posting_approved", key=key, about={}, to=[person])
    refused = smtplib.SMTPRecipientsRefused({person.email: answer}) if answer else None
    with mock.patch.object(get_connection().__class__, "send_messages", side_effect=refused):
        sending.send_due()
    return Mail.objects.get(key=key)


@pytest.mark.any_database
def test_an_address_refused_for_good_is_not_tried_again(focal_point):
    row = send(focal_point, "one", NO_SUCH_MAILBOX)
    assert (row.state, row.refused_at is not None) == (MailState.FAILED, True)
    assert "No such mailbox" in row.error
    assert list(unreached_people()) == [focal_point]


@pytest.mark.any_database
@pytest.mark.parametrize("answer", [(450, b"Try later"), (552, b"Mailbox full"), (421, b"Too many")])
def test_what_passes_is_tried_again_and_says_nothing_of_the_address(focal_point, answer):
    row = send(focal_point, "one", answer)
    assert (row.state, row.attempts, row.refused_at) == (MailState.WAITING, 1, None)
    assert not unreached_people().exists()


def test_who_is_reached_again_or_has_another_address_or_has_left_is_off_the_list(focal_point, coordinator):
    now = timezone.now()
    with time_machine.travel(now):
        first = send(focal_point, "one", NO_SUCH_MAILBOX)
        send(coordinator, "two", NO_SUCH_MAILBOX)
    assert set(unreached_people()) == {focal_point, coordinator}
    with time_machine.travel(now + dt.timedelta(hours=1)):
        send(focal_point, "three")
    assert list(unreached_people()) == [coordinator]
    with time_machine.travel(now + dt.timedelta(hours=2)):
        send(focal_point, "four", NO_SUCH_MAILBOX)
    assert set(unreached_people()) == {focal_point, coordinator}

    User.objects.filter(pk=focal_point.pk).update(email="new-address@example.org")
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    assert not unreached_people().exists()
    assert sending.send_again(mail=first)
    first.refresh_from_db()
    assert (first.state, first.refused_at) == (MailState.WAITING, None)


@pytest.mark.any_database
def test_managers_are_led_to_the_list_from_the_first_page(client, manager, reviewer, focal_point, coordinator):
    listed = f"{reverse('admin:directory_user_changelist')}?mail=unreached"
    client.force_login(manager)
    assert listed not in client.get("/admin/").content.decode()
    send(focal_point, "one", NO_SUCH_MAILBOX)
    home = client.get("/admin/").content.decode()
    assert listed in home
    assert "person whom mail does not reach" in home
    shown = client.get(listed).context["cl"].queryset
    assert list(shown) == [focal_point]
    refused = client.get(reverse("admin:directory_mail_changelist"), {"refused_at__isempty": "0"})
    assert [row.to_user for row in refused.context["cl"].queryset] == [focal_point]
    client.force_login(reviewer)
    assert listed not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("state", MailState.values)
def test_a_mail_goes_two_years_after_it_was_written_unless_it_is_to_be_sent(focal_point, state):
    today = timezone.now().date()
    Mail.objects.create(
        kind="posting_approved",
        key="one",
        to_address=focal_point.email,
        state=state,
        created_at=timezone.now() - dt.timedelta(days=730),
    )
    assert forget_mails(today) == 0
    goes = state not in (MailState.WAITING, MailState.SENDING)
    assert forget_mails(today + dt.timedelta(days=1)) == int(goes)
    assert Mail.objects.exists() is not goes
