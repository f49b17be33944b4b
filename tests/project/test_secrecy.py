"""What nobody may learn: contacts before an introduction; steps, refusals and reasons for anyone but whose they are.

A crawler reads every page and every answer of the API that a person can reach, and the mails to it. What it reads is
searched for the secrets, and held against what it would read had the match gone another way: where the two are the
same, nothing can be inferred, whatever one looks at.
"""

import datetime as dt
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.core import mail
from django.db import transaction
from pytest_django import DjangoDbBlocker

from directory.choices import KeyScope, Role, ScanKind
from directory.mail.sending import send_due
from directory.models import ApiKey, Mail, User
from directory.papers.recording import GivenPaper
from directory.papers.scans import Scan
from matching.choices import REFUSALS, Audience, CheckKind, CheckResult, SideAnswer
from matching.life import answering, introducing, outcomes, refusing, review
from matching.models import Match
from matching.runs.running import run_matching
from surveys.choices import ClearanceRule, Side
from surveys.models import CountryWindow
from tests.api import client_of
from tests.factories import (
    AgencyFactory,
    ApiKeyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    TargetFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SEEDS = (
    "/", "/offers/", "/needs/", "/matches/", "/matches/agreed/", "/countries/THA/", "/countries/KHM/", "/agencies/",
    "/search/?q=radar", "/search/?q=Secret", "/workspace/", "/workspace/matches/", "/workspace/directory/",
    "/api/v1/", "/api/v1/matches/", "/api/v1/matches/?updated_since=2020-01-01T00:00:00Z", "/api/v1/cooperation/",
    "/coverage/", "/api/v1/coverage/",
    "/api/v1/offers/?ordering=-updated_at", "/api/v1/needs/?ordering=-updated_at", "/api/v1/runs/",
)  # fmt: skip
LINKS = re.compile(r'(?:href="|"(?:url|next|previous)": ?")(?:https?://[^/"]+)?(/[^"#]*)')
CHANGES_ALWAYS = re.compile(
    r'name="(?:csrfmiddlewaretoken|form_key)" value="[^"]+"|name="as_of" value="[0-9a-f]+~|nonce="[^"]+"'
)
MOST_PAGES = 300
TELLING_HEADERS = ("ETag", "Last-Modified", "Location", "Content-Disposition")
SKIPPED = (
    "/accounts/", "/static/", "/api/v1/schema", "/api/v1/docs", "/admin/", "/coverage/area/", "/coverage/files/",
    "/coverage/duplication/", "/workspace/profile/own-data",
)  # fmt: skip
"""Of coverage the numbers are read, and in test_two_worlds.py the lists behind them. The last
says when the session began, and is given a dozen times an hour: tests/workspace/test_own_data.py."""

A_FILE_OF_A_SEARCH = re.compile(r"\.(?:csv|json|txt|xlsx|atom)\?")
"""It has the rows of the list beside it, which is read: tests/web/test_downloads.py."""

CONTACTS = ("secret-thai@example.org", "Secret Thai Name", "+66 2 SECRET", "Secret Room 5")
REASONS = (
    "Secret reason", "Secret clearance", "Secret internal", "Secret check", "Secret Reviewer",
    "Secret letter", "/papers/",
)  # fmt: skip


def crawl(reader: User | ApiKey | None) -> dict[str, str]:
    """Every page that a reader reaches by following links, by address: status, headers that tell of content, body."""
    client = client_of(reader)
    waiting, read = deque(SEEDS), dict[str, str]()
    while waiting and len(read) < MOST_PAGES:
        address = waiting.popleft().replace("&amp;", "&")
        if address in read or address.startswith(SKIPPED) or A_FILE_OF_A_SEARCH.search(address):
            continue
        response = client.get(address)
        body = response.getvalue()
        text = CHANGES_ALWAYS.sub("", body.decode("utf-8", "replace"))
        if response["Content-Type"].startswith("application/vnd"):
            text = ""  # a form to download: zip files carry the time; tests/workspace reads them
        headers = {
            name: response.get(name, "") for name in ("ETag", "Last-Modified", "Location", "Content-Disposition")
        }
        read[address] = f"{response.status_code} {headers} {text}"
        waiting.extend(LINKS.findall(text))
        if address.startswith("/api/") and response["Content-Type"] == "application/json":
            rows = response.json().get("results", [])
            waiting.extend(f"{address.partition('?')[0]}{row['id']}/" for row in rows if "id" in row)
    assert len(read) < MOST_PAGES, "the crawler did not come to an end"
    return read


def mails_to(user: User) -> str:
    """All that was written to a person, as sent."""
    parts = [part for one in mail.outbox if user.email in one.to for part in one.message().walk()]
    return "\n".join(f"{part['Subject'] or ''} {part.get_payload()}" for part in parts if not part.is_multipart())


Went = Callable[["World"], None]
NOTHING: Went = lambda world: None  # noqa: E731
Read = tuple[dict[str, str], str]
"""The pages by address, and the mails."""


class World:
    """A Thai offer and a Cambodian need that fit, who speaks for them, and others who have no business with it."""

    def __init__(self) -> None:
        self.read: dict[tuple[Went, User | None], Read] = {}
        thailand, cambodia = CountryFactory(iso3="THA"), CountryFactory(iso3="KHM")
        thai_agency = AgencyFactory(code="thai", country=thailand, office_mailbox="office@example.org")
        khmer_agency = AgencyFactory(code="khmer", country=cambodia)
        self.reviewer = UserFactory(role=Role.REVIEWER, full_name="Secret Reviewer")
        self.manager = UserFactory(role=Role.MANAGER, full_name="Secret Reviewer")
        self.thai = UserFactory(
            email="secret-thai@example.org", full_name="Secret Thai Name", phone="+66 2 SECRET",
            role=Role.FOCAL_POINT, role__agency=thai_agency,
        )  # fmt: skip
        self.khmer = UserFactory(email="khmer@example.org", role=Role.FOCAL_POINT, role__agency=khmer_agency)
        ministry = AgencyFactory(code="mfa", country=thailand, kind="ministry")
        self.coordinator = UserFactory(email="mfa@example.org", role=Role.COORDINATOR, role__agency=ministry)
        self.third = UserFactory(email="third@example.org", role=Role.FOCAL_POINT)
        fund = AgencyFactory(code="fund", kind="fund", country=None)
        self.partner = UserFactory(email="partner@example.org", role=Role.PARTNER, role__agency=fund)
        offer = ConfirmedOfferFactory(title="Radar", agency=thai_agency, country=thailand, contact="Secret Room 5")
        TargetFactory(offer=offer, country=cambodia)
        need = ConfirmedNeedFactory(title="Flood maps", agency=khmer_agency, country=cambodia)
        # Others, so that a list with and without the pair is still a list.
        ConfirmedNeedFactory(title="Seeds", country=cambodia)
        run_matching()
        self.match = Match.objects.get(need=need, offer=offer)

    def answer(self, side: Side, answer: SideAnswer, reason: str = "") -> None:
        by = self.khmer if side == Side.NEED else self.thai
        why = "mandate" if answer in REFUSALS else ""
        answering.answer(match=self.match, side=side, by=by, answer=answer, why=why, reason=reason)

    def propose(self) -> None:
        review.propose(match=self.match, by=self.reviewer, note="Secret internal")

    def interested(self) -> None:
        self.propose()
        self.answer(Side.OFFER, SideAnswer.INTERESTED)

    def introduce(self) -> None:
        self.interested()
        self.answer(Side.NEED, SideAnswer.INTERESTED)
        introducing.introduce(match=self.match, by=self.reviewer, message="Meet")

    def agree(self) -> None:
        self.introduce()
        outcomes.agree(match=self.match, by=self.thai, values={"agreed_on": "2026-11-01"})

    def refuse(self) -> None:
        self.propose()
        self.answer(Side.OFFER, SideAnswer.NOT_NOW, "Secret reason")

    def irrelevant(self) -> None:
        self.propose()
        self.answer(Side.OFFER, SideAnswer.NOT_RELEVANT, "Secret reason")

    def refuse_on_paper(self) -> None:
        self.propose()
        answering.record_answer(
            match=self.match, side=Side.OFFER, by=self.manager, answer=SideAnswer.NOT_NOW, why="time",
            reason="Secret reason", given=self.letter,
        )  # fmt: skip

    def take_back(self) -> None:
        answering.take_back_answer(match=self.match, side=Side.OFFER, by=self.thai)

    def refuse_and_take_back(self) -> None:
        self.refuse()
        self.take_back()

    def interested_and_take_back(self) -> None:
        self.interested()
        self.take_back()

    def change_twice(self) -> None:
        self.refuse_and_take_back()
        self.answer(Side.OFFER, SideAnswer.INTERESTED)
        self.take_back()
        self.answer(Side.OFFER, SideAnswer.NOT_RELEVANT, "Secret reason")

    def refuse_and_pass_on(self) -> None:
        self.refuse()
        refusing.pass_on(match=self.match, by=self.reviewer, note="Secret internal")

    def irrelevant_and_pass_on(self) -> None:
        self.change_twice()
        refusing.pass_on(match=self.match, by=self.reviewer)

    def refuse_until_the_term_ends(self) -> None:
        self.refuse_on_paper()
        refusing.pass_on_due(dt.date(2030, 1, 1))

    def ask_the_country(self) -> None:
        CountryWindow.objects.create(country_id="THA", clearance=ClearanceRule.EXPLICIT)
        self.propose()

    def object_to(self) -> None:
        self.ask_the_country()
        answering.object_to(match=self.match, side=Side.OFFER, by=self.coordinator, note="Secret clearance")

    def object_and_take_back(self) -> None:
        self.object_to()
        answering.take_back_objection(match=self.match, side=Side.OFFER, by=self.coordinator)

    def object_and_pass_on(self) -> None:
        self.object_to()
        refusing.pass_on(match=self.match, by=self.reviewer)

    def clear(self) -> None:
        self.ask_the_country()
        answering.clear(match=self.match, side=Side.OFFER, by=self.coordinator, note="Secret clearance")

    @property
    def letter(self) -> GivenPaper:
        return GivenPaper("Secret letter", dt.date(2026, 11, 20), Scan(ScanKind.PDF, b"%PDF-%%EOF"))

    def clear_on_paper(self, *, clears: bool = True) -> None:
        self.ask_the_country()
        answering.record_clearance(
            match=self.match,
            side=Side.OFFER,
            by=self.manager,
            clears=clears,
            given=self.letter,
            note="Secret clearance",
        )

    def object_on_paper(self) -> None:
        self.clear_on_paper(clears=False)

    def object_on_paper_until_the_term_ends(self) -> None:
        self.object_on_paper()
        refusing.pass_on_due(dt.date(2030, 1, 1))

    def interested_on_paper(self) -> None:
        self.propose()
        answering.record_answer(
            match=self.match, side=Side.OFFER, by=self.manager, answer=SideAnswer.INTERESTED, given=self.letter
        )

    def complete(self) -> None:
        self.agree()
        outcomes.complete(match=self.match, by=self.thai, values={})

    def confirm(self) -> None:
        self.complete()
        outcomes.confirm_outcome(match=self.match, side=Side.OFFER, by=self.thai)

    def confirm_on_paper(self) -> None:
        self.complete()
        outcomes.record_confirmation(match=self.match, side=Side.OFFER, by=self.manager, given=self.letter)

    def set_aside(self) -> None:
        review.set_aside(match=self.match, by=self.reviewer, note="Secret internal")

    def note(self) -> None:
        review.add_note(match=self.match, by=self.reviewer, note="Secret internal")
        review.assign(match=self.match, by=self.reviewer, to=self.reviewer)
        review.check(
            match=self.match, by=self.reviewer, kind=CheckKind.MANDATE, result=CheckResult.REFERRED, note="Secret check"
        )

    def note_to_the_other_side(self) -> None:
        self.propose()
        review.add_note(
            match=self.match, by=self.reviewer, note="Secret internal", audience=Audience.SIDE, side=Side.OFFER
        )


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for all tests here: whatever is tried in it is undone again."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@contextmanager
def gone(world: World, went: Went) -> Iterator[None]:
    """Let the match go that way, and undo it at the end."""
    with transaction.atomic():
        mail.outbox.clear()
        went(world)
        send_due()
        yield
        transaction.set_rollback(True)


def as_it_went(world: World, went: Went, reader: User | None) -> Read:
    """What the reader can read after the match has gone that way, crawled once."""
    if (went, reader) not in world.read:
        with gone(world, went):
            world.read[went, reader] = crawl(reader), mails_to(reader) if reader else ""
    return world.read[went, reader]


EVERY_WAY: dict[str, Went] = {
    "proposed": World.propose,
    "interested": World.interested,
    "introduced": World.introduce,
    "agreed": World.agree,
    "not now": World.refuse,
    "not relevant": World.irrelevant,
    "taken back, and refused anew": World.change_twice,
    "refused, and passed on": World.refuse_and_pass_on,
    "put before the country": World.ask_the_country,
    "objected": World.object_to,
    "objected, and passed on": World.object_and_pass_on,
    "cleared": World.clear,
    "objected on paper": World.object_on_paper,
    "confirmed on paper": World.confirm_on_paper,
    "set aside": World.set_aside,
    "noted and checked": World.note,
}


def telling_of(read: dict[str, str], secrets: Sequence[str]) -> list[tuple[str, str]]:
    """Addresses whose page has one of the secrets, with it."""
    return [(address, secret) for address, page in read.items() for secret in secrets if secret in page]


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return sorted(address for address in {*one, *other} if one.get(address) != other.get(address))


@pytest.mark.parametrize("reader", ["visitor", "third"])
def test_outsiders_read_the_same_however_far_a_match_has_come_and_no_secret(world: World, reader: str) -> None:
    user = {"visitor": None, "third": world.third}[reader]
    untouched, _none = as_it_went(world, NOTHING, user)
    assert any("Radar" in page for page in untouched.values())
    for name, went in EVERY_WAY.items():
        read, written = as_it_went(world, went, user)
        assert differing(untouched, read) == [], name
        assert written == "", name
    # What is the same whatever happens needs to be searched once.
    assert telling_of(untouched, (*REASONS, *CONTACTS)) == []


def test_a_key_that_reads_every_computed_fit_reads_no_secret(world: World) -> None:
    key = ApiKeyFactory(agency=AgencyFactory(country=None), scopes=[KeyScope.READ_MATCHES, KeyScope.WRITE_POSTINGS])
    with gone(world, World.introduce):
        read = crawl(key)
    assert "/api/v1/matches/" in read
    assert telling_of(read, (*REASONS, *CONTACTS)) == []


def test_a_partner_who_sees_every_computed_fit_reads_no_secret(world: World) -> None:
    """Whatever is decided reads the same to a partner: test_two_worlds.py."""
    read, _written = as_it_went(world, World.introduce, world.partner)
    assert telling_of(read, (*REASONS, *CONTACTS)) == []


WHAT_THE_OTHER_SIDE_DOES: dict[str, Went] = {
    "does not answer yet": World.propose,
    "is not asked yet, for its country": World.ask_the_country,
    "was cleared by its country": World.clear,
    "was cleared by its country, on paper": World.clear_on_paper,
    "is interested": World.interested,
    "is interested, on paper": World.interested_on_paper,
    "was written a note": World.note_to_the_other_side,
    "declines, which nobody has passed on": World.refuse,
    "declines for good, which nobody has passed on": World.irrelevant,
    "declines by letter, which nobody has passed on": World.refuse_on_paper,
    "was interested, and took it back": World.interested_and_take_back,
    "is objected to by its country, which nobody has passed on": World.object_to,
    "is objected to by letter, which nobody has passed on": World.object_on_paper,
    "was objected to by its country, which took it back": World.object_and_take_back,
    "changed its mind twice": World.change_twice,
}
HOW_IT_ENDS: dict[str, Went] = {
    "not now": World.refuse_and_pass_on,
    "not relevant, after a change of mind": World.irrelevant_and_pass_on,
    "not now by letter, passed on when its term had ended": World.refuse_until_the_term_ends,
    "its country objects": World.object_and_pass_on,
    "its country objects by letter, passed on when its term had ended": World.object_on_paper_until_the_term_ends,
}
HOW_IT_CONFIRMS: dict[str, Went] = {"here": World.confirm, "on paper": World.confirm_on_paper}


def test_one_side_reads_the_same_whatever_the_other_does_and_none_of_its_secrets(world: World) -> None:
    """One test, so that each way is crawled once, by one worker."""
    assert_the_crawler_reads_far_enough(world)
    assert_whatever_the_other_side_does_looks_the_same(world, WHAT_THE_OTHER_SIDE_DOES)
    assert_whatever_the_other_side_does_looks_the_same(world, HOW_IT_ENDS)
    assert_whatever_the_other_side_does_looks_the_same(world, HOW_IT_CONFIRMS)
    for name in EVERY_WAY:
        assert_no_reason_is_read_and_no_contact_before_the_introduction(world, name)
    read, _written = as_it_went(world, World.introduce, world.khmer)
    page = read[f"/workspace/matches/{world.match.public_id}/"]
    assert [secret for secret in (*CONTACTS, "office@example.org") if secret not in page] == []


def assert_the_crawler_reads_far_enough(world: World) -> None:
    read, written = as_it_went(world, World.interested, world.khmer)
    assert f"/workspace/matches/{world.match.public_id}/" in read
    assert f"/api/v1/matches/{world.match.public_id}/" in read
    assert f"/offers/{world.match.offer_id}/" in read
    assert written
    assert Mail.objects.count() == 0, "what was tried is undone"


def assert_whatever_the_other_side_does_looks_the_same(world: World, ways: dict[str, Went]) -> None:
    told = {name: as_it_went(world, went, world.khmer) for name, went in ways.items()}
    (first, *others) = told
    for name in others:
        assert differing(told[first][0], told[name][0]) == [], name
        assert told[first][1] == told[name][1], name


def assert_no_reason_is_read_and_no_contact_before_the_introduction(world: World, name: str) -> None:
    read, written = as_it_went(world, EVERY_WAY[name], world.khmer)
    is_introduced = name in ("introduced", "agreed", "confirmed on paper")
    own = {address: page for address, page in read.items() if is_introduced and world.match.public_id in address}
    rest = {address: page for address, page in read.items() if address not in own}
    assert telling_of(own, REASONS) == [], name
    assert telling_of(rest, (*REASONS, *CONTACTS)) == [], name
    assert not any(secret in written for secret in (*REASONS, *CONTACTS)), "a mail leads to the page"


def test_the_own_side_reads_its_own_reason_and_the_country_its_own_note(world: World) -> None:
    page = f"/workspace/matches/{world.match.public_id}/"
    for went, reader, told in (
        (World.refuse, world.thai, "Not now"),
        (World.object_to, world.coordinator, "Secret clearance"),
    ):
        client = client_of(reader)
        with gone(world, went):
            assert told in client.get(page).content.decode()
