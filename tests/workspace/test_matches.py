"""The matches of those who answer for a side: list, page, steps, letter; and what none of them gives away."""

import datetime as dt
import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from directory.choices import AgencyKind, Role
from directory.mail.sending import send_due
from directory.models import Affiliation, User
from directory.papers.recording import GivenPaper
from matching.choices import Clearance, EventKind, MatchStatus, SideAnswer
from matching.life import introducing, review
from matching.life.answers import answering, refusing
from matching.life.seen.sides import shown_state
from matching.models import Match, MatchEvent, MatchSide, Outcome
from surveys.choices import ClearanceRule, Side, Visibility
from surveys.models import CountryWindow, Need, Offer
from tests.factories import (
    PASSWORD,
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    DesignationFactory,
    MatchFactory,
    TargetFactory,
    UserFactory,
)
from tests.pages import Page, publish_many
from tests.project.test_secrecy import CHANGES_ALWAYS
from web.files.pdf import PdfUnavailable
from workspace.matches import views
from workspace.matches.filtersets import OwnMatchFilter
from workspace.matches.groups import GROUPS, Group, own_matches, own_parts
from workspace.matches.shown import ShownSides
from workspace.matches.waiting import waiting_for

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LIST = "/workspace/matches/"
CONTACTS = ("focal-point@example.org", "+66 2 000", "Room 5", "office@example.org")


def agency_of(user: User) -> Any:
    """The agency that the person works for."""
    return user.affiliations.get().agency


@pytest.fixture
def match(focal_point: User, other_focal_point: User) -> Match:
    """A fit of a Thai offer, whose contacts must not leak, and a Cambodian need, both confirmed."""
    thai, cambodian = agency_of(focal_point), agency_of(other_focal_point)
    type(thai).objects.filter(pk=thai.pk).update(office_mailbox="office@example.org")
    User.objects.filter(pk=focal_point.pk).update(phone="+66 2 000")
    offer = ConfirmedOfferFactory(title="Radar", agency=thai, country=thai.country, contact="Room 5")
    TargetFactory(offer=offer, country=cambodian.country)
    need = ConfirmedNeedFactory(
        title="Flood maps", text="Of two provinces", agency=cambodian, country=cambodian.country
    )
    return MatchFactory(need=need, offer=offer)


@pytest.fixture
def proposed(match: Match, reviewer: User) -> Match:
    """The same, put to both sides."""
    review.propose(match=match, by=reviewer, note="internal words")
    return Match.objects.get(pk=match.pk)


@pytest.fixture
def introduced(proposed: Match, reviewer: User, focal_point: User, other_focal_point: User) -> Match:
    """The same, both interested and introduced."""
    for side, user in ((Side.OFFER, focal_point), (Side.NEED, other_focal_point)):
        answering.answer(match=proposed, side=side, by=user, answer=SideAnswer.INTERESTED)
    introducing.introduce(match=proposed, by=reviewer, message="Meet in Bangkok")
    return Match.objects.get(pk=proposed.pk)


def address_of(match: Match) -> str:
    """Where the match stands in the workspace."""
    return f"{LIST}{match.need_id}-{match.offer_id}/"


def step(client: Client, match: Match, name: str, side: str = "offer", as_of: str | None = None, **typed: Any) -> Any:
    """Take a step from the page of the match as it is now, or as it was when it carried the mark `as_of`."""
    as_of = Page(client.get(address_of(match))).mark if as_of is None else as_of
    return client.post(address_of(match), {"step": name, "side": side, "as_of": as_of, **typed})


def as_(user: User) -> Client:
    """A browser in which the person is logged in."""
    client = Client()
    client.force_login(user)
    return client


def hidden_in_forms(page: Page) -> list[dict[str, str]]:
    """What each form of the page sends without a person having typed anything."""
    found: list[dict[str, str]] = []
    for tag, attributes in page.tags:
        if tag == "form":
            found.append({})
        if tag == "input" and attributes.get("type") == "hidden" and found:
            found[-1][attributes["name"] or ""] = attributes.get("value") or ""
    return found


# --- Who gets in


def test_a_match_is_its_sides_business(proposed: Match, reviewer: User, partner: User, coordinator: User) -> None:
    third = UserFactory(role=Role.FOCAL_POINT)
    elsewhere = UserFactory(role=Role.COORDINATOR, role__agency=AgencyFactory(kind=AgencyKind.MINISTRY))
    # The page, a step, the letter that is not written yet, and the list.
    for user, codes, is_its_own in (
        (third, [404, 404, 404, 200], False),
        (elsewhere, [404, 404, 404, 200], False),
        (coordinator, [200, 422, 404, 200], True),
        (reviewer, [403, 403, 403, 403], False),
        (partner, [403, 403, 403, 403], False),
    ):
        client = as_(user)
        listed = client.get(LIST)
        found = [
            client.get(address_of(proposed)),
            client.post(address_of(proposed), {"step": "answer", "side": "offer"}),
            client.get(f"{address_of(proposed)}letter.docx"),
            listed,
        ]
        assert [answer.status_code for answer in found] == codes, user
        for words in ("Flood maps", "Radar"):
            assert (words in listed.content.decode()) is is_its_own, user
    assert not proposed.sides.exclude(answer="").exists()
    assert Client().get(address_of(proposed)).status_code == 302


def test_without_a_designation_one_reads_and_does_not_answer(proposed: Match, focal_point: User) -> None:
    Affiliation.objects.get(user=focal_point).designations.all().delete()
    client = as_(focal_point)
    page = Page(client.get(address_of(proposed)))
    assert "Flood maps" in page.text
    assert "that takes a designation" in page.text
    assert not any(button.get("value") == "answer" for button in page.attributes_of("button"))
    typed = {"step": "answer", "side": "offer", "as_of": "", "answer": "interested"}
    assert client.post(address_of(proposed), typed).status_code == 403
    assert waiting_for(User.objects.get(pk=focal_point.pk)) == []
    assert not MatchSide.objects.exclude(answer="").exists()


def test_who_serves_on_both_sides_answers_for_each(proposed: Match, focal_point: User, other_focal_point: User) -> None:
    second = Affiliation.objects.create(user=focal_point, agency=agency_of(other_focal_point), role=Role.FOCAL_POINT)
    DesignationFactory(affiliation=second)
    client = as_(focal_point)
    for side in ("need", "offer"):
        page = Page(client.get(address_of(proposed)))
        ids = [attributes["id"] for _tag, attributes in page.tags if attributes.get("id")]
        assert len(ids) == len(set(ids))
        assert step(client, proposed, "answer", side=side, answer="interested").status_code == 302
    assert MatchSide.objects.filter(answer="interested").count() == 2
    assert client.get(LIST).status_code == 200


def test_two_who_ask_at_once_choose_from_their_own_postings(
    proposed: Match, focal_point: User, other_focal_point: User, rf: RequestFactory
) -> None:
    """The second asks before the page of the first is written, as two threads of one process do."""

    def asked_by(user: User) -> OwnMatchFilter:
        request = rf.get(LIST)
        request.user = user
        return OwnMatchFilter(QueryDict(), queryset=own_matches(user), parts=own_parts(user), request=request)

    first, second = asked_by(focal_point), asked_by(other_focal_point)
    offered = [dict(one.form.fields["posting"].choices) for one in (first, second)]
    assert offered == [
        {"": "Any", f"offer-{proposed.offer_id}": "Offer: Radar"},
        {"": "Any", f"need-{proposed.need_id}": "Need: Flood maps"},
    ]


def test_nobody_answers_for_the_other_side(proposed: Match, focal_point: User) -> None:
    client = as_(focal_point)
    assert step(client, proposed, "answer", side="need", answer="interested").status_code == 404
    assert step(client, proposed, "clear").status_code == 403
    assert step(client, proposed, "release").status_code == 404
    assert not MatchSide.objects.exclude(answer="").exists()


def test_looking_changes_nothing(introduced: Match, focal_point: User) -> None:
    client, before = as_(focal_point), MatchEvent.objects.count()
    for address in (LIST, address_of(introduced), f"{address_of(introduced)}letter.docx"):
        assert client.get(f"{address}?step=agree").status_code in (200, 400)
    assert MatchEvent.objects.count() == before
    for method in ("post", "put", "delete"):
        assert getattr(client, method)(f"{address_of(introduced)}letter.pdf").status_code == 405
    assert Client(enforce_csrf_checks=True).post(address_of(introduced), {}).status_code == 403


# --- Answering


def test_an_answer_is_given_once(proposed: Match, focal_point: User) -> None:
    client = as_(focal_point)
    seen = Page(client.get(address_of(proposed))).mark
    assert "Proposals to answer" in Page(client.get("/workspace/")).text
    for _press in range(2):
        given = step(client, proposed, "answer", as_of=seen, answer="interested", reason="internal")
        assert (given.status_code, given.headers["Location"]) == (302, address_of(proposed))
    assert MatchEvent.objects.filter(kind="answered").count() == 1
    page = Page(client.get(address_of(proposed)))
    assert "the secretariat will introduce you" in page.text
    assert "internal" not in page.source


def test_an_old_page_is_told_and_loses_nothing(proposed: Match, focal_point: User) -> None:
    client = as_(focal_point)
    seen = Page(client.get(address_of(proposed))).mark
    colleague = UserFactory(role=Role.FOCAL_POINT, role__agency=agency_of(focal_point))
    answering.answer(match=proposed, side=Side.OFFER, by=colleague, answer=SideAnswer.INTERESTED)
    told = step(client, proposed, "answer", as_of=seen, answer="not_now", why="time", reason="After the monsoon")
    page = Page(told)
    assert told.status_code == 409
    assert "Since this page was shown, this happened: “A side answered”, " in page.text
    assert "It is now: You are interested." in page.text
    assert str(colleague) not in page.text
    assert "After the monsoon" in page.text
    assert MatchSide.objects.get(match=proposed, side="offer").answer == SideAnswer.INTERESTED


def test_what_is_wrong_is_said_and_kept(proposed: Match, focal_point: User) -> None:
    client = as_(focal_point)
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"answer": "perhaps"},
        {"answer": "not_now", "why": "time", "reason": "x" * 100_000},
        {"answer": "not_now", "reason": "no code"},
        {"answer": "not_relevant", "why": "perhaps"},
        {"answer": "not_relevant", "why": "other"},
        {"reason": "kept\0"},
    )
    for typed in wrong:
        refused = step(client, proposed, "answer", as_of="", **typed)
        assert refused.status_code == 422, typed
        assert "Nothing was recorded yet. Correct this:" in refused.content.decode()
        assert 'class="errorlist"' in refused.content.decode()
        assert typed.get("reason", "").rstrip("\0") in refused.content.decode()
    assert not MatchSide.objects.exclude(answer="").exists()


def test_a_refusal_is_told_without_whose_or_why(
    proposed: Match, focal_point: User, other_focal_point: User, reviewer: User
) -> None:
    before = {user: as_(user).get(address_of(proposed)).content.decode() for user in (focal_point, other_focal_point)}
    given = {"answer": "not_relevant", "why": "mandate", "reason": "SECRETREASON"}
    assert step(as_(other_focal_point), proposed, "answer", side="need", **given).status_code == 302
    refusing.pass_on(match=proposed, by=reviewer, note="internal words")
    for user in (focal_point, other_focal_point):
        client = as_(user)
        for source in (client.get(address_of(proposed)).content.decode(), client.get(LIST).content.decode()):
            assert "Not taken forward at this time" in source
            assert "SECRETREASON" not in source
            assert "internal words" not in source
            if user == focal_point:
                assert "Not relevant" not in source
                assert "utside our mandate" not in source
                assert "A side answered" not in source
    assert all("internal words" not in source for source in before.values())


def test_a_link_in_the_mail_leads_through_the_log_in_to_one_button(
    proposed: Match, focal_point: User, mailoutbox: list[EmailMessage]
) -> None:
    send_due()
    (told,) = [one for one in mailoutbox if focal_point.email in one.to]
    (address,) = re.findall(r"https?://[^/\s]+(/workspace/matches/\S+)", str(told.body))
    assert "one click on the page below says so" in told.body
    client = Client()
    led = client.get(address)
    assert led.status_code == 302
    log_in = {"login": focal_point.email, "password": PASSWORD}
    arrived = client.post(led.headers["Location"], log_in, follow=True)
    assert arrived.redirect_chain[-1][0] == address
    assert MatchSide.objects.get(match=proposed, side="offer").answer == "", "looking answers nothing"
    (form,) = [one for one in hidden_in_forms(Page(arrived)) if one.get("answer") == "interested"]
    assert set(form) >= {"as_of", "side", "csrfmiddlewaretoken"}
    assert client.get(address, {"step": "answer", "answer": "interested"}).status_code == 200
    assert MatchSide.objects.get(match=proposed, side="offer").answer == ""
    done = client.post(address, {**form, "step": "answer"}, follow=True)
    assert MatchSide.objects.get(match=proposed, side="offer").answer == SideAnswer.INTERESTED
    assert "Your answer is recorded" in Page(done).text


@pytest.mark.parametrize("given", [{"answer": "interested"}, {"answer": "not_now", "why": "capacity"}])
def test_a_misclick_is_not_final(
    proposed: Match, focal_point: User, other_focal_point: User, given: dict[str, str]
) -> None:
    client, other = as_(focal_point), as_(other_focal_point)
    before = [_without_csrf(other.get(address).content.decode()) for address in (LIST, address_of(proposed))]
    step(client, proposed, "answer", **given)
    page = Page(client.get(address_of(proposed)))
    assert "You can take the answer back until" in page.text
    seen = page.mark
    for _press in range(2):
        taken = step(client, proposed, "take_back", as_of=seen)
        assert (taken.status_code, taken.headers["Location"]) == (302, address_of(proposed))
    assert MatchEvent.objects.filter(kind="answer_taken_back").count() == 1
    assert "asks whether you are interested" in Page(client.get(address_of(proposed))).text
    assert [_without_csrf(other.get(address).content.decode()) for address in (LIST, address_of(proposed))] == before
    # The page from before the answer was taken back does not answer any more; a new one does.
    assert step(client, proposed, "answer", as_of=seen, answer="interested").status_code == 409
    assert step(client, proposed, "answer", answer="interested").status_code == 302


def test_what_was_declined_stands_by_itself_and_can_be_taken_back(proposed: Match, focal_point: User) -> None:
    client = as_(focal_point)
    step(client, proposed, "answer", answer="not_now", why="other", reason="SECRETREASON")
    until = MatchSide.objects.get(match=proposed, side="offer").take_back_until
    assert until is not None
    page = Page(client.get(address_of(proposed)))
    assert f"by the end of {until.day} {until:%B} {until.year} at the latest" in page.text
    assert "SECRETREASON" not in page.source
    assert "You declined, or objected: can still be taken back" in Page(client.get(LIST)).text
    assert "Flood maps" in Page(client.get(f"{LIST}?state=declined")).text


def test_what_came_by_letter_is_taken_back_by_one(proposed: Match, focal_point: User, manager: User) -> None:
    answering.record_answer(
        match=proposed, side=Side.OFFER, by=manager, answer=SideAnswer.NOT_NOW,
        given=GivenPaper("NV/1", dt.date(2026, 11, 20)), why="time",
    )  # fmt: skip
    client = as_(focal_point)
    page = Page(client.get(address_of(proposed)))
    assert "came by letter: write to the secretariat" in page.text
    assert not any(button.get("value") == "take_back" for button in page.attributes_of("button"))
    assert step(client, proposed, "take_back", as_of=ShownSides(proposed, focal_point).mark()).status_code == 409
    assert MatchSide.objects.get(match=proposed, side="offer").answer == SideAnswer.NOT_NOW


def test_nobody_takes_back_for_the_other_side_or_without_a_designation(
    proposed: Match, focal_point: User, other_focal_point: User
) -> None:
    step(as_(focal_point), proposed, "answer", answer="interested")
    assert step(as_(other_focal_point), proposed, "take_back").status_code == 404
    Affiliation.objects.get(user=focal_point).designations.all().delete()
    assert step(as_(focal_point), proposed, "take_back", as_of="").status_code == 403
    assert MatchSide.objects.get(match=proposed, side="offer").answer == SideAnswer.INTERESTED


def test_the_other_side_s_answer_cannot_be_told(proposed: Match, focal_point: User, other_focal_point: User) -> None:
    client = as_(focal_point)

    def seen() -> list[str]:
        pages = [client.get(address).content.decode() for address in (LIST, address_of(proposed), "/workspace/")]
        return [_without_csrf(page) for page in pages]

    before = seen()
    answering.answer(match=proposed, side=Side.NEED, by=other_focal_point, answer=SideAnswer.INTERESTED)
    review.add_note(match=proposed, by=UserFactory(role=Role.REVIEWER), note="internal")
    assert seen() == before


def _without_csrf(source: str) -> str:
    """Return the page without what no two answers share: tokens, and the moment in the mark of what it showed."""
    return re.sub(r'(csrfmiddlewaretoken" value=)"[^"]+"|(as_of" value=)"[0-9a-f]+~', r"\1\2", source)


# --- Clearance


def test_a_country_clears_before_its_side_hears(
    match: Match, reviewer: User, coordinator: User, focal_point: User
) -> None:
    CountryWindow.objects.create(country_id="THA", clearance=ClearanceRule.NO_OBJECTION)
    review.propose(match=match, by=reviewer)
    due_on = MatchSide.objects.get(match=match, side="offer").clearance_due_on
    assert due_on is not None
    side, country = as_(focal_point), as_(coordinator)
    assert "Computed fit" in Page(side.get(address_of(match))).text
    assert "Put before" not in side.get(address_of(match)).content.decode()
    page = Page(country.get(address_of(match)))
    assert f"Unless your country objects by the end of {due_on.day} " in page.text
    assert "The first term ends on" in Page(country.get("/workspace/")).text

    assert step(country, match, "object").status_code == 422
    for _press in range(2):
        assert step(country, match, "clear", note="Welcome").status_code in (302, 409)
    assert MatchSide.objects.get(match=match, side="offer").clearance == Clearance.CLEARED
    assert MatchEvent.objects.filter(kind="cleared").count() == 1
    assert "asks whether you are interested" in Page(side.get(address_of(match))).text


def test_an_objection_stays_with_its_side(
    match: Match, reviewer: User, coordinator: User, other_focal_point: User
) -> None:
    CountryWindow.objects.create(country_id="THA", clearance=ClearanceRule.EXPLICIT)
    review.propose(match=match, by=reviewer)
    country, other = as_(coordinator), as_(other_focal_point)
    assert "only once you clear it" in Page(country.get(address_of(match))).text

    def read() -> str:
        return CHANGES_ALWAYS.sub("", other.get(address_of(match)).content.decode())

    before = read()
    assert step(country, match, "object", note="SECRETREASON").status_code == 302
    assert read() == before
    own = Page(country.get(address_of(match))).text
    assert "Your country objected" in own
    assert "You can take the objection back until" in own
    assert "You declined, or objected" in Page(country.get("/workspace/matches/")).text
    for _press in range(2):
        assert step(country, match, "take_back_objection").status_code in (302, 409)
    assert "only once you clear it" in Page(country.get(address_of(match))).text
    assert MatchEvent.objects.filter(kind=EventKind.OBJECTION_TAKEN_BACK).count() == 1
    assert read() == before
    assert step(country, match, "object", note="SECRETREASON").status_code == 302
    refusing.pass_on(match=match, by=reviewer)
    assert "Take the objection back" not in Page(country.get(address_of(match))).text
    page = other.get(address_of(match)).content.decode()
    assert "Not taken forward at this time" in page
    assert "SECRETREASON" not in page
    assert "bjection" not in page


# --- Introduced, agreed, completed


def test_contacts_and_letter_wait_for_the_introduction(
    proposed: Match, focal_point: User, other_focal_point: User, reviewer: User
) -> None:
    client = as_(other_focal_point)
    answering.answer(match=proposed, side=Side.NEED, by=other_focal_point, answer=SideAnswer.INTERESTED)
    for address in (LIST, address_of(proposed), "/workspace/", proposed.get_absolute_url()):
        source = client.get(address).content.decode()
        assert not any(contact in source for contact in CONTACTS), address
    for ending in ("docx", "pdf"):
        assert client.get(f"{address_of(proposed)}letter.{ending}").status_code == 404

    answering.answer(match=proposed, side=Side.OFFER, by=focal_point, answer=SideAnswer.INTERESTED)
    introducing.introduce(match=proposed, by=reviewer, message="Meet in Bangkok", note="internal words")
    page = Page(client.get(address_of(proposed)))
    for said in (*CONTACTS, "Meet in Bangkok"):
        assert said in page.source, said
    assert "internal words" not in page.source
    letter = client.get(f"{address_of(proposed)}letter.docx")
    assert letter.headers["Content-Disposition"] == (
        f'attachment; filename="introduction-{proposed.need_id}-{proposed.offer_id}.docx"'
    )
    assert "no-store" in letter.headers["Cache-Control"]
    assert letter.content[:2] == b"PK"


def test_without_pango_a_page_says_so(introduced: Match, focal_point: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pdf(_match: Match) -> bytes:
        raise PdfUnavailable("PDFs need Pango.")

    monkeypatch.setitem(views.WRITERS, "pdf", no_pdf)
    answer = as_(focal_point).get(f"{address_of(introduced)}letter.pdf")
    assert answer.status_code == 503
    assert f"{address_of(introduced)}letter.docx" in Page(answer).links


def test_from_agreement_to_publication(introduced: Match, focal_point: User, other_focal_point: User) -> None:
    offering, needing, everyone = as_(focal_point), as_(other_focal_point), Client()
    agreement = {"agreed_on": "2026-03-01", "value": "1200.50", "value_currency": "usd"}
    seen = Page(offering.get(address_of(introduced))).mark
    for _press in range(2):
        assert step(offering, introduced, "agree", as_of=seen, **agreement).status_code == 302
    assert MatchEvent.objects.filter(kind="agreed").count() == 1
    outcome = agreement | {"women_trained": "12", "what_changed": "Maps of <b>two</b> provinces"}
    assert step(needing, introduced, "complete", side="need", **outcome).status_code == 302
    assert "Outcomes to confirm" in Page(offering.get("/workspace/")).text
    for client, side in ((offering, "offer"), (needing, "need")):
        preview = Page(client.get(address_of(introduced)))
        assert "Maps of <b>two</b> provinces" in preview.text
        assert "1,200.50 USD" in preview.text
        assert "No agreed cooperation has been published yet" in Page(everyone.get("/matches/agreed/")).text
        assert step(client, introduced, "confirm", side=side).status_code == 302
        assert step(client, introduced, "consent", side=side).status_code == 302
    public = Page(everyone.get("/matches/agreed/"))
    assert "Maps of <b>two</b> provinces" in public.text
    assert not any(contact in public.source for contact in CONTACTS)

    assert (
        step(needing, introduced, "follow_up", side="need", need_met="partly", note="SECRETREASON").status_code == 302
    )
    assert Outcome.objects.get().need_met == "partly"
    assert "SECRETREASON" not in offering.get(address_of(introduced)).content.decode()
    assert step(offering, introduced, "withdraw_consent").status_code == 302
    assert "No agreed cooperation has been published yet" in Page(everyone.get("/matches/agreed/")).text
    assert step(offering, introduced, "record", **(outcome | {"women_trained": "13"})).status_code == 302
    assert not MatchSide.objects.filter(outcome_confirmed_at__isnull=False).exists()


def test_an_outcome_that_cannot_be_is_refused(introduced: Match, focal_point: User) -> None:
    client = as_(focal_point)
    seen = Page(client.get(address_of(introduced))).mark
    wrong: list[dict[str, str]] = [
        {"agreed_on": "1 March 2026 or so"},
        {"agreed_on": ""},
        {"starts_on": "2026-05-02", "ends_on": "2026-05-01"},
        {"value": "13,7512", "value_currency": "USD"},
        {"value": "about 5", "value_currency": "USD"},
        {"value": "1e-400", "value_currency": "USD"},
        {"value": "NaN", "value_currency": "USD"},
        {"value": "-5", "value_currency": "USD"},
        {"value": "5"},
        {"value": "5", "value_currency": "dollars"},
        {"places": "99999999999999999999"},
        {"places": "-1"},
        {"links": "http://example.org"},
        {"links": "javascript:alert(1)"},
        {"links": "https://example.org/" + "x" * 100_000},
    ]
    for typed in wrong:
        refused = step(client, introduced, "agree", as_of=seen, **({"agreed_on": "2026-03-01"} | typed))
        assert refused.status_code == 422, typed
        assert "errorlist" in refused.content.decode(), typed
    assert not Outcome.objects.exists()


# --- The list


GROUP_OF = {
    "asked": Group.TO_ANSWER,
    "to_clear": Group.TO_CLEAR,
    "to_confirm": Group.TO_CONFIRM,
    "introduced": Group.INTRODUCED,
    "interested": Group.WAITING,
    "refused": Group.DECLINED,
    "agreed": Group.COOPERATION,
    "completed": Group.COOPERATION,
    "objected": Group.DECLINED,
    "computed": Group.FITS,
    "not_taken_forward": Group.OVER,
    "lapsed": Group.OVER,
}
"""By the code of what a side is told."""


def test_the_groups_are_what_a_side_is_told(focal_point: User, coordinator: User, match: Match) -> None:
    agency, country = agency_of(focal_point), Need.objects.get().country
    asked = timezone.now()
    rows: list[dict[str, Any] | None] = [
        None,
        {"clearance": Clearance.NO_OBJECTION, "clearance_due_on": dt.date(2026, 12, 1)},
        {"clearance": Clearance.OBJECTED},
        {"asked_at": asked},
        {"asked_at": asked, "clearance": Clearance.CLEARED},
        {"asked_at": asked, "answer": SideAnswer.INTERESTED, "answered_at": asked},
        {"asked_at": asked, "answer": SideAnswer.NOT_NOW, "answered_at": asked},
        {"asked_at": asked, "outcome_confirmed_at": asked, "answer": SideAnswer.INTERESTED, "answered_at": asked},
    ]
    cases = list(itertools.product(MatchStatus, rows))
    needs = publish_many(Need, len(cases), country=country)
    offers = publish_many(Offer, len(cases), agency=agency, country=agency.country)
    parts = {
        name: getattr(match, name) for name in ("profile", "score", "part_areas", "part_modalities", "part_region")
    }
    for (status, row), need, offer in zip(cases, needs, offers, strict=True):
        made = MatchFactory(need=need, offer=offer, status=status, run=None, **parts)
        if row is not None:
            MatchSide.objects.create(match=made, side="offer", **row)
            MatchSide.objects.create(match=made, side="need")
    for user in (focal_point, coordinator):
        listed = list(own_matches(user).for_lists().prefetch_related("sides"))
        found = {one.pk: GROUPS[one.group_rank] for one in listed}  # type: ignore[attr-defined]
        for one in Match.objects.filter(offer__agency=agency):
            state = shown_state(one, user, Side.OFFER)
            gone = state.code == "computed" and one.status == MatchStatus.LAPSED
            assert found.get(one.pk) == (None if gone else GROUP_OF[state.code]), (one.status, one.sides.all(), user)


def test_the_list_is_filtered_by_state_and_own_posting(proposed: Match, focal_point: User) -> None:
    client = as_(focal_point)
    other = MatchFactory(
        offer=ConfirmedOfferFactory(agency=agency_of(focal_point), country=agency_of(focal_point).country)
    )

    def shown(query: str) -> list[int]:
        return [one.pk for one in client.get(f"{LIST}{query}").context["object_list"]]

    assert shown("") == [proposed.pk, other.pk]
    assert shown("?state=to_answer") == [proposed.pk]
    assert shown("?state=fits") == [other.pk]
    assert shown(f"?posting=offer-{other.offer_id}") == [other.pk]
    assert shown("?q=radar") == [proposed.pk]
    foreign = (f"posting=need-{proposed.need_id}", "posting=offer-0", "state=set_aside", "state=lapsed", "ordering=x")
    for refused in foreign:
        assert client.get(f"{LIST}?{refused}").status_code == 400, refused


def test_what_is_put_to_a_side_opens_the_other_posting(match: Match, reviewer: User, focal_point: User) -> None:
    Need.objects.filter(pk=match.need_id).update(visibility=Visibility.MATCHED)
    client = as_(focal_point)
    assert client.get(address_of(match)).status_code == 404
    review.propose(match=match, by=reviewer)
    assert "Of two provinces" in Page(client.get(address_of(match))).text
    Match.objects.filter(pk=match.pk).update(on_hold_at=timezone.now())
    assert client.get(address_of(match)).status_code == 404


def test_pages_run_as_many_queries_with_20_matches(
    proposed: Match, focal_point: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, agency = as_(focal_point), agency_of(focal_point)
    client.get(LIST)  # the first page of a session notes when it was used
    parts = {
        name: getattr(proposed, name) for name in ("profile", "score", "part_areas", "part_modalities", "part_region")
    }
    for number in (1, 19):
        needs = publish_many(Need, number, country=proposed.need.country)
        offers = publish_many(Offer, number, agency=agency, country=agency.country)
        for need, offer in zip(needs, offers, strict=True):
            made = MatchFactory(need=need, offer=offer, status=MatchStatus.PROPOSED, run=None, **parts)
            MatchSide.objects.create(match=made, side="offer", asked_at=timezone.now())
        # session, user, affiliations; ids of own needs and offers, and which to choose from; counts of what one was
        # told and of the rest; the ids of the page, those out of line, matches, sides; groups of both parts
        with django_assert_num_queries(15):
            client.get(LIST)
        # session, user, affiliations; match, sides, areas and modalities of both, partners, targets; three kinds of
        # labels; the newest event, and all
        with django_assert_num_queries(16):
            client.get(address_of(proposed))
        # user, affiliations; ids of own needs and offers; matches that wait, needs to ask about
        with django_assert_num_queries(6):
            waiting_for(User.objects.get(pk=focal_point.pk))


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_of_two_people_at_once_one_answers_and_the_other_is_told(proposed: Match, focal_point: User) -> None:
    colleague = UserFactory(role=Role.FOCAL_POINT, role__agency=agency_of(focal_point))
    clients = [as_(focal_point), as_(colleague)]
    seen = [Page(client.get(address_of(proposed))).mark for client in clients]

    def answer_as(number: int) -> int:
        try:
            given = ({"answer": "interested"}, {"answer": "not_relevant", "why": "time"})[number]
            return int(step(clients[number], proposed, "answer", as_of=seen[number], **given).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer_as, range(2))) == [302, 409]
    events = list(MatchEvent.objects.filter(match=proposed).order_by("pk").values_list("from_status", "to_status"))
    assert MatchEvent.objects.filter(kind="answered").count() == 1
    assert all(before[1] == after[0] for before, after in itertools.pairwise(events))
