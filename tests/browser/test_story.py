"""The whole story in a browser: from an invitation to an outcome that both sides confirmed, and everyone may read.

A coordinator of Thailand invites a focal point, approves the offer and clears the proposal; a focal point of Cambodia
posts a need and sees what meets it; a reviewer brings the two together.
"""

import datetime as dt
import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from directory.choices import AgencyKind, DesignationKind, Role
from directory.models import Affiliation, Agency, User
from directory.people import designations, invitations
from matching.choices import MatchStatus
from matching.models import Match
from surveys.choices import ClearanceRule, Side, WindowKind
from surveys.models import CountryWindow
from tests.browser.steps import follow
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.any_database]

THAI, CAMBODIAN = "thai-expert@example.org", "cambodian-expert@example.org"
TODAY = dt.date(2026, 11, 1)


@pytest.fixture
def cast(portal):
    """The coordinator, the manager behind the scenes, the reviewer; the windows of the two countries."""
    ministry = Agency.objects.create(code="test-mfa", name="Test Ministry", country_id="THA", kind=AgencyKind.MINISTRY)
    coordinator = UserFactory(
        email="thai-coordinator@example.org", role=Role.COORDINATOR, role__agency=ministry, full_name="The Coordinator"
    )
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE, clearance=ClearanceRule.EXPLICIT)
    CountryWindow.objects.create(country_id="KHM", kind=WindowKind.SEVERAL)
    Agency.objects.create(code="test-khm", name="Test Agency of Cambodia", country_id="KHM", kind=AgencyKind.MINISTRY)
    manager = UserFactory(email="the-manager@example.org", role=Role.MANAGER)
    reviewer = UserFactory(email="the-reviewer@example.org", role=Role.REVIEWER, full_name="The Reviewer")
    return {"coordinator": coordinator, "manager": manager, "reviewer": reviewer}


def link_in_mail_to(address, pattern):
    """The newest link of that form in a mail to that address; the portal's own name is not the test server's."""
    for message in reversed(mail.outbox):
        found = re.search(pattern, message.body)
        if message.to == [address] and found:
            return found[0]
    raise AssertionError(f"no mail to {address} with {pattern}: {[(m.to, m.subject) for m in mail.outbox]}")


def designate(email, manager):
    """A manager records the letter by which the government named the person."""
    designations.record(
        affiliation=Affiliation.objects.get(user__email=email),
        by=manager,
        kind=DesignationKind.OFFICIAL_LETTER,
        reference="MFA/2026/17",
        dated=dt.date(2026, 10, 1),
        ministry="The ministry",
    )


def accept_the_invitation(page, email, name):
    page.goto(link_in_mail_to(email, r"/workspace/invitation/[\w-]+/"))
    expect(page.get_by_role("heading", name="Privacy notice")).to_be_visible()
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("I have read the privacy notice").check()
    page.get_by_role("button", name="Accept and make the account").click()
    expect(page).to_have_url(re.compile(r"/workspace/$"))


def add_place(page, text):
    page.get_by_label("Add a country or a group").fill(text)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".chips.chosen")).to_contain_text(text)


def test_from_invitation_to_confirmed_outcome(cast, story):
    # The coordinator invites a focal point to an agency of the country.
    window = story.window(cast["coordinator"])
    window.goto("/workspace/people/")
    story.looks_right(window)
    window.get_by_label("E-mail").fill(THAI)
    window.get_by_label("Agency").select_option(str(Agency.objects.get(code="tha-tica").pk))
    window.get_by_role("button", name="Send the invitation").click()
    expect(window.get_by_role("main")).to_contain_text(THAI)

    # The invited person reads the notice, makes the account, and may read but not act before being designated.
    thai = story.window()
    accept_the_invitation(thai, THAI, "Thai Expert")
    story.looks_right(thai)
    thai.goto("/workspace/offers/new/")
    expect(thai.get_by_role("main")).to_contain_text("designation")
    designate(THAI, cast["manager"])

    # An offer, in a form that says whom it reaches; the country has a single window.
    thai.goto("/workspace/offers/new/")
    thai.get_by_role("textbox", name="Title (needed)").fill("Flood warning for small rivers")
    thai.get_by_label("In a few sentences").fill("Two weeks in Chiang Rai, with a river to practise on.")
    thai.get_by_label("Disaster risk reduction").check()
    thai.get_by_label("Training").check()
    add_place(thai, "Least developed countries")
    expect(thai.get_by_role("main")).to_contain_text(re.compile(r"4\d countries"))
    story.looks_right(thai)
    thai.get_by_role("button", name="Save and preview").click()
    expect(thai.get_by_role("heading", level=1)).to_have_text("Preview")
    story.looks_right(thai)
    thai.get_by_role("button", name="Send for approval").click()
    expect(thai.get_by_role("main")).to_contain_text("Sent for approval")
    story.looks_right(thai)

    # The coordinator approves.
    window.goto("/workspace/approvals/")
    story.looks_right(window)
    window.get_by_role("button", name="Approve Flood warning for small rivers").click()
    expect(window.get_by_role("main")).to_contain_text("is published")

    # Cambodia's person, invited by a manager, posts a need, and the offer is on the page that answers.
    agency = Agency.objects.get(code="test-khm")
    invitations.invite(by=cast["manager"], email=CAMBODIAN, agency=agency, role=Role.FOCAL_POINT)
    cambodian = story.window()
    accept_the_invitation(cambodian, CAMBODIAN, "Cambodian Expert")
    designate(CAMBODIAN, cast["manager"])
    cambodian.goto("/workspace/needs/new/")
    cambodian.get_by_role("textbox", name="Title (needed)").fill("Early warning on the Tonle Sap")
    cambodian.get_by_label("Disaster risk reduction").check()
    cambodian.get_by_label("Training").check()
    cambodian.get_by_role("button", name="Save and preview").click()
    cambodian.get_by_role("link", name="Back to the form").click()
    cambodian.get_by_label("In a few sentences").fill("The lake rises faster than the news of it.")
    cambodian.get_by_role("button", name="Save and preview").click()
    expect(cambodian.get_by_role("main")).to_contain_text("The lake rises faster")
    cambodian.get_by_role("button", name="Publish", exact=True).click()
    expect(cambodian.get_by_role("main")).to_contain_text("Offers that fit it")
    fits = cambodian.get_by_role("link", name="Flood warning for small rivers")
    expect(fits.first).to_be_visible()
    story.looks_right(cambodian)
    match = Match.objects.get(need__title="Early warning on the Tonle Sap", offer__title__startswith="Flood warning")
    own_page = f"/workspace/matches/{match.need_id}-{match.offer_id}/"

    # The reviewer proposes it.
    desk = story.window(cast["reviewer"])
    desk.goto(f"/admin/matching/match/{match.pk}/change/")
    desk.get_by_role("button", name="Propose").click()
    expect(desk.locator(".messagelist")).to_contain_text("Proposed: each side is asked")

    # Thailand clears before its agency hears of it.
    thai.goto(own_page)
    expect(thai.get_by_role("main")).to_contain_text("Nobody has been asked anything")
    window.goto(own_page)
    story.looks_right(window)
    window.get_by_role("button", name="Clear", exact=True).click()
    expect(window.get_by_role("main")).to_contain_text("The secretariat asks whether you are interested")

    # Each side follows its mail and says yes; neither sees a contact, nor what the other said.
    for page, email, other in ((thai, THAI, CAMBODIAN), (cambodian, CAMBODIAN, THAI)):
        page.goto(link_in_mail_to(email, rf"/workspace/matches/{match.need_id}-{match.offer_id}/"))
        story.looks_right(page)
        page.get_by_role("button", name="We are interested").click()
        expect(page.get_by_role("main")).to_contain_text("You are interested")
        assert other not in page.content()

    # A person introduces them; contacts and the letter are there from now on.
    desk.goto("/admin/matching/match/?todo=introduce")
    desk.get_by_role("link", name=re.compile("Review Early warning")).click()
    desk.get_by_label("Message").fill("Please speak before the rains.")
    desk.get_by_role("button", name="Introduce them").click()
    expect(desk.locator(".messagelist")).to_contain_text("Both sides are interested")
    for page, other in ((thai, CAMBODIAN), (cambodian, THAI)):
        page.goto(own_page)
        expect(page.get_by_role("main")).to_contain_text("Please speak before the rains.")
        expect(page.get_by_role("link", name=other)).to_be_visible()
        story.looks_right(page)
    letter = thai.request.get(f"{own_page}letter.docx")
    assert letter.status == 200
    assert letter.body().startswith(b"PK")

    # They agree; later it is done, and both confirm and consent.
    thai.get_by_label("Date of the agreement").fill(TODAY.isoformat())
    thai.get_by_role("button", name="Record the agreement").click()
    expect(thai.get_by_role("main")).to_contain_text("Agreed")
    thai.get_by_label("Women trained").fill("12")
    thai.get_by_label("Men trained", exact=True).fill("9")
    thai.get_by_label("What changed").fill("Two provinces warn their villages.")
    follow(thai, thai.get_by_role("button", name="It is completed: save, and ask both sides to confirm"))
    for page in (thai, cambodian):
        page.goto(own_page)
        story.looks_right(page)
        follow(page, page.get_by_role("button", name="Confirm the outcome"))
        follow(page, page.get_by_role("button", name="Consent to publication"))
    expect(cambodian.get_by_role("main")).to_contain_text("Both sides have confirmed the outcome.")

    match.refresh_from_db()
    assert match.status == MatchStatus.COMPLETED
    assert not match.sides.filter(outcome_confirmed_at__isnull=True).exists()
    assert {side: match.sides.get(side=side).answered_by.email for side in Side} == {
        Side.NEED: CAMBODIAN,
        Side.OFFER: THAI,
    }
    assert User.objects.get(email=THAI).full_name == "Thai Expert"

    # Everyone reads of it, and of no person.
    visitor = story.window()
    visitor.goto("/matches/agreed/")
    expect(visitor.get_by_role("main")).to_contain_text("Two provinces warn their villages.")
    story.looks_right(visitor)
    for secret in (THAI, CAMBODIAN, "Thai Expert", "Please speak"):
        assert secret not in visitor.content()
