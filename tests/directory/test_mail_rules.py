"""Rules of the outbox and of what fills a mail in, each by itself: whom, in which language, and not any more."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone, translation

from directory.choices import MailState
from directory.mail import kinds, outbox, sending
from directory.mail.kinds import Purpose
from directory.models import Mail, User
from tests.factories import AgencyFactory, CountryFactory, OfferFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

KIND = "posting_approved"


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str | None, str]]:
    """The language and time zone in which each mail was filled in."""
    return register_as(monkeypatch, Purpose.ACCOUNT)


def register_as(monkeypatch: pytest.MonkeyPatch, purpose: Purpose) -> list[tuple[str | None, str]]:
    seen: list[tuple[str | None, str]] = []

    def build(reader: User | None, about: Any) -> dict[str, Any]:
        seen.append((translation.get_language(), timezone.get_current_timezone_name()))
        return {"posting": OfferFactory.build(pk=7, country=CountryFactory(iso3="THA")), "kind": "offer"}

    monkeypatch.setitem(kinds.KINDS, KIND, kinds.MailKind(KIND, purpose, build))
    return seen


@pytest.fixture
def reader(db: None) -> User:
    return UserFactory(email="reader@example.org")


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("wants", [True, False])
def test_who_wants_no_reminders_gets_all_else(
    monkeypatch: pytest.MonkeyPatch, reader: User, purpose: Purpose, wants: bool
) -> None:
    register_as(monkeypatch, purpose)
    reader.wants_reminders = wants
    reader.save()
    outbox.write(kind=KIND, key="a", about={}, to=[reader])
    is_kept_out = purpose == Purpose.REMINDER and not wants
    assert sending.send_due() == {MailState.DROPPED if is_kept_out else MailState.SENT: 1}


def test_a_mail_that_waited_is_not_sent_to_an_account_switched_off_since(filled: list[Any], reader: User) -> None:
    outbox.write(kind=KIND, key="a", about={}, to=[reader])
    User.objects.update(is_active=False)
    assert sending.send_due() == {MailState.DROPPED: 1}
    assert filled == []


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "/UTC"])
def test_a_time_zone_that_is_none_holds_no_mail_back(filled: list[Any], reader: User, zone: str) -> None:
    User.objects.filter(pk=reader.pk).update(time_zone=zone)
    outbox.write(kind=KIND, key="a", about={}, to=[reader])
    assert sending.send_due() == {MailState.SENT: 1}
    assert filled == [("en", "UTC")]


@pytest.mark.parametrize(("wanted", "used"), [("fr", "fr"), ("xx", "en"), (None, "en")])
def test_a_mail_to_an_address_alone_is_in_the_language_that_it_was_written_for(
    filled: list[Any], settings: Any, wanted: str | None, used: str
) -> None:
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    about = {"language": wanted} if wanted else {}
    outbox.write(kind=KIND, key="a", about=about, addresses=["office@example.org"])
    with translation.override("fr" if used == "en" else "en"):
        assert sending.send_due() == {MailState.SENT: 1}
    assert filled == [(used, "UTC")]


def test_nobody_erased_or_inactive_is_written_to_and_an_address_counts_once(filled: list[Any], reader: User) -> None:
    erased = UserFactory(email="erased@example.org", erased_at=timezone.now())
    inactive = UserFactory(email="inactive@example.org", is_active=False)
    no_mailbox, office = AgencyFactory(office_mailbox=""), AgencyFactory(office_mailbox="Reader@Example.org")
    made = outbox.write(
        kind=KIND, key="a", about={}, to=[reader, erased, inactive], offices=[no_mailbox, office],
        addresses=["READER@example.org", ""],
    )  # fmt: skip
    assert made == 1
    row = Mail.objects.get()
    assert (row.to_address, row.to_user) == ("reader@example.org", reader), "the person's before the office's"
    assert outbox.write(kind=KIND, key="a", about={}, to=[reader]) == 0
    assert outbox.write(kind=KIND, key="b", about={}, to=[reader]) == 1


def test_what_is_due_later_waits(filled: list[Any], reader: User) -> None:
    outbox.write(kind=KIND, key="a", about={}, to=[reader], due_at=timezone.now() + dt.timedelta(minutes=1))
    assert sending.send_due() == {}
    Mail.objects.update(due_at=timezone.now())
    assert sending.send_due() == {MailState.SENT: 1}


@pytest.mark.parametrize("state", list(MailState))
def test_only_what_failed_or_perhaps_went_out_is_sent_again(filled: list[Any], reader: User, state: MailState) -> None:
    outbox.write(kind=KIND, key="a", about={}, to=[reader])
    Mail.objects.update(state=state, attempts=6, error="refused")
    may = state in (MailState.FAILED, MailState.UNCERTAIN)
    assert sending.send_again(mail=Mail.objects.get()) is may
    row = Mail.objects.get()
    assert (row.state, row.attempts) == ((MailState.WAITING, 0) if may else (state, 6))
    assert mail.outbox == []
