"""What nobody may learn: contacts before an introduction; steps, refusals and reasons for anyone but whose they are.

A crawler reads every page and every answer of the API that a person can reach, and the mails to it. What it reads is
searched for the secrets, and held against what it would read had the matches gone other ways: where the two are the
same, nothing can be inferred, whatever one looks at. Of many pairs each goes a way of its own, so that one crawl reads
all of them, and an order that told something would show.
"""

import datetime as dt
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from matching.life import introducing, outcomes, review
from matching.life.answers import answering, refusing
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
MOMENT_AND_STATE = re.compile(r'name="as_of" value="[0-9a-f]+~[^"]*"')
"""A hash over the numbers of rows, which are others where of other pairs more or less was written."""

MOST_PAGES = 600
PAIRS = 22
OF_ONE_FILTER = 2
"""Addresses that the crawler reads of one list by one set of filters: `?area=energy`, and one more area."""
TELLING_HEADERS = ("ETag", "Last-Modified", "Location", "Content-Disposition")
SKIPPED = (
    "/accounts/", "/static/", "/api/v1/schema", "/api/v1/docs", "/admin/", "/coverage/area/", "/coverage/files/",
    "/coverage/duplication/", "/workspace/profile/own-data",
)  # fmt: skip
"""Of coverage the numbers are read, and in test_two_worlds.py the lists behind them. The last
says when the session began, and is given a dozen times an hour: tests/workspace/test_own_data.py."""

A_FILE_OF_A_SEARCH = re.compile(r"\.(?:csv|json|txt|xlsx|atom|svg)\?")
"""It has the rows of the list beside it, which is read: tests/web/test_downloads.py, test_list_pictures.py."""

A_FORM_TO_FILL = "/form.xlsx"
"""Of a posting that the reader may edit, whose page is read: tests/workspace/test_postings.py."""

CONTACTS = ("secret-thai@example.org", "Secret Thai Name", "+66 2 SECRET", "Secret Room 5")
REASONS = (
    "Secret reason", "Secret clearance", "Secret internal", "Secret check", "Secret Reviewer",
    "Secret letter", "/papers/",
)  # fmt: skip


def crawl(reader: User | ApiKey | None) -> dict[str, str]:
    """Every page that a reader reaches by following links, by address: status, headers that tell of content, body."""
    client = client_of(reader)
    waiting, read = deque(SEEDS), dict[str, str]()
    filtered = Counter[tuple[str, frozenset[str]]]()
    while waiting and len(read) < MOST_PAGES:
        address = waiting.popleft().replace("&amp;", "&")
        if address in read or address.startswith(SKIPPED) or A_FILE_OF_A_SEARCH.search(address):
            continue
        if address.endswith(A_FORM_TO_FILL):
            continue
        path, _question_mark, query = address.partition("?")
        filters = frozenset(part.partition("=")[0] for part in query.split("&") if part)
        if filtered[path, filters] == OF_ONE_FILTER or len(filters) > OF_ONE_FILTER:
            continue
        filtered[path, filters] += bool(filters)
        response = client.get(address)
        body = response.getvalue()
        text = CHANGES_ALWAYS.sub("", MOMENT_AND_STATE.sub("", body.decode("utf-8", "replace")))
        if response["Content-Type"].startswith("application/vnd"):
            text = ""  # zip files carry the time; the same rows are in the other files
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
Read = tuple[dict[str, str], str]
"""The pages by address, and the mails."""


class World:
    """Pairs of a Thai offer and a Cambodian need, who speaks for them, and others who have no business with them."""

    def __init__(self) -> None:
        self.read: dict[tuple[tuple[Went, ...], User | None], Read] = {}
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
        for number in range(PAIRS):
            areas = [f"area-{number}"]
            offer = ConfirmedOfferFactory(
                title=f"Radar {number}", agency=thai_agency, country=thailand, contact="Secret Room 5", areas=areas
            )
            TargetFactory(offer=offer, country=cambodia)
            ConfirmedNeedFactory(title=f"Flood maps {number}", agency=khmer_agency, country=cambodia, areas=areas)
        # Others, so that a list with and without the pair is still a list.
        ConfirmedNeedFactory(title="Seeds", country=cambodia)
        run_matching()
        self.matches = list(Match.objects.order_by("offer"))
        assert len(self.matches) == PAIRS
        self.match = self.matches[0]

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
        window = CountryWindow.objects.create(country_id="THA", clearance=ClearanceRule.EXPLICIT)
        self.propose()
        window.delete()

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
def gone(world: World, *ways: Went) -> Iterator[None]:
    """Let each pair go its way, and undo it at the end."""
    assert len(ways) <= PAIRS
    with transaction.atomic():
        mail.outbox.clear()
        for match, went in zip(world.matches, ways, strict=False):
            world.match = match
            went(world)
        world.match = world.matches[0]
        send_due()
        yield
        transaction.set_rollback(True)


def as_they_went(world: World, ways: Iterable[Went], reader: User | None) -> Read:
    """What the reader can read after each pair has gone its way, crawled once."""
    key = (tuple(ways), reader)
    if key not in world.read:
        with gone(world, *key[0]):
            world.read[key] = crawl(reader), mails_to(reader) if reader else ""
    return world.read[key]


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
    untouched, _none = as_they_went(world, (), user)
    assert any("Radar" in page for page in untouched.values())
    read, written = as_they_went(world, EVERY_WAY.values(), user)
    assert differing(untouched, read) == []
    assert written == ""
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
    read, _written = as_they_went(world, [World.introduce], world.partner)
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
    # These first: at the end of the term whatever else was refused until then is passed on too.
    "not now by letter, passed on when its term had ended": World.refuse_until_the_term_ends,
    "its country objects by letter, passed on when its term had ended": World.object_on_paper_until_the_term_ends,
    "not now": World.refuse_and_pass_on,
    "not relevant, after a change of mind": World.irrelevant_and_pass_on,
    "its country objects": World.object_and_pass_on,
}
HOW_IT_CONFIRMS: dict[str, Went] = {"here": World.confirm, "on paper": World.confirm_on_paper}


def test_one_side_reads_the_same_whatever_the_other_does(world: World) -> None:
    """Neither a page nor a mail differs, though of each pair the other side does something else."""
    kinds = (HOW_IT_ENDS, WHAT_THE_OTHER_SIDE_DOES, HOW_IT_CONFIRMS)
    first = [next(iter(kind.values())) for kind in kinds for _way in kind]
    read, written = as_they_went(world, first, world.khmer)
    other_read, other_written = as_they_went(world, [way for kind in kinds for way in kind.values()], world.khmer)
    assert_the_crawler_reads_far_enough(world, read, written)
    assert differing(read, other_read) == []
    assert written == other_written


@pytest.mark.parametrize("ways", [WHAT_THE_OTHER_SIDE_DOES, HOW_IT_ENDS, HOW_IT_CONFIRMS])
def test_not_even_a_hash_of_the_state_tells_what_the_other_side_did(world: World, ways: dict[str, Went]) -> None:
    client = client_of(world.khmer)
    read = {}
    for name, went in ways.items():
        with gone(world, went):
            page = client.get(f"/workspace/matches/{world.match.public_id}/").content.decode()
        read[name] = CHANGES_ALWAYS.sub("", page)
    assert len(set(read.values())) == 1, differing(dict.fromkeys(read, next(iter(read.values()))), read)


def test_one_side_reads_none_of_the_secrets_of_the_other(world: World) -> None:
    read, written = as_they_went(world, EVERY_WAY.values(), world.khmer)
    introduced = {
        name: match.public_id
        for name, match in zip(EVERY_WAY, world.matches, strict=False)
        if name in ("introduced", "agreed", "confirmed on paper")
    }
    own = {address: page for address, page in read.items() if any(each in address for each in introduced.values())}
    rest = {address: page for address, page in read.items() if address not in own}
    assert telling_of(own, REASONS) == []
    assert telling_of(rest, (*REASONS, *CONTACTS)) == []
    assert not any(secret in written for secret in (*REASONS, *CONTACTS)), "a mail leads to the page"
    page = read[f"/workspace/matches/{introduced['introduced']}/"]
    assert [secret for secret in (*CONTACTS, "office@example.org") if secret not in page] == []


def assert_the_crawler_reads_far_enough(world: World, read: dict[str, str], written: str) -> None:
    for match in world.matches:
        assert f"/workspace/matches/{match.public_id}/" in read
        assert f"/api/v1/matches/{match.public_id}/" in read
        assert f"/offers/{match.offer_id}/" in read
    assert written
    assert Mail.objects.count() == 0, "what was tried is undone"


def test_the_own_side_reads_its_own_reason_and_the_country_its_own_note(world: World) -> None:
    page = f"/workspace/matches/{world.match.public_id}/"
    for went, reader, told in (
        (World.refuse, world.thai, "Not now"),
        (World.object_to, world.coordinator, "Secret clearance"),
    ):
        client = client_of(reader)
        with gone(world, went):
            assert told in client.get(page).content.decode()
