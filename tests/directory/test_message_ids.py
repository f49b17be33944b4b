"""The Message-ID of a mail: it names the row, and nobody makes one up."""

from types import SimpleNamespace

import pytest
from django.core import mail
from django.test import override_settings

from directory.mail import outbox, sending
from directory.mail.message_ids import mail_of
from directory.models import Mail, User

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def _filled_in(monkeypatch):
    said = SimpleNamespace(subject="Rice", text="Rice", html="<p>Rice</p>", headers={})
    monkeypatch.setattr(sending, "render", lambda mail: said)


def send(person: User) -> str:
    outbox.write(kind="posting_approved", key="one", about={}, to=[person])
    assert sending.send_due() == {"sent": 1}
    return mail.outbox[-1].message()["Message-ID"]


@pytest.mark.parametrize(
    ("sender", "domain"),
    [("SSC Portal <portal@example.org>", "example.org"), ("portal@bücher.example", "xn--bcher-kva.example")],
)
def test_it_names_the_domain_of_the_sender_and_no_machine(focal_point, settings, sender, domain):
    settings.DEFAULT_FROM_EMAIL = sender
    message_id = send(focal_point)
    assert message_id.endswith(f"@{domain}>")
    assert mail_of(message_id) == Mail.objects.get()


def test_it_is_of_one_key_one_row_and_one_address(focal_point):
    message_id = send(focal_point)
    assert mail_of(message_id) == Mail.objects.get()
    with override_settings(SECRET_KEY="another"):
        assert mail_of(message_id) is None
    Mail.objects.update(to_address="another@example.org")
    assert mail_of(message_id) is None
    Mail.objects.all().delete()
    assert mail_of(message_id) is None
