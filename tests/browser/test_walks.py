"""The walks of people at work, counted in screens and clicks; and every page of the workspace and of the desk by axe.

A screen is 360 by 800 pixels, a telephone held upright. What is counted is what stands between the person and the
deed: a page that opens, a scroll to what is wanted, a click.
"""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from directory.mail.kinds import Purpose
from directory.mail.unsubscribing import unsubscribe_address
from directory.models import Affiliation, ApiKey, Designation
from directory.people import addresses, invitations
from matching.life import review
from matching.models import Match
from practices.models import Practice
from surveys.choices import AskedBy, PostingStatus, ResponseStatus, WindowKind
from surveys.confirming import asking, campaigns
from surveys.models import ConfirmationRequest, CountryWindow, Offer, Response, Section, Survey
from surveys.postings import still_valid
from tests.browser.steps import follow, log_in, pixels_too_wide, resize, violations_of
from tests.factories import (
    ApiKeyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    MatchFactory,
    OfferFactory,
    PublishedOfferFactory,
    PublishedPracticeFactory,
    ResponseFactory,
    SurveyFactory,
    TargetFactory,
)
from tests.project.addresses import OF_A_MODEL, address, names, rows

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]

TELEPHONE = {"width": 360, "height": 800}
LONG = "Early warning of floods for smallholders along small rivers"


@pytest.fixture
def people(reference, focal_point, other_focal_point, coordinator, reviewer, manager):
    """The cast, where Thailand has a single window."""
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
    cast = (focal_point, other_focal_point, coordinator, reviewer, manager)
    return {person.email.split("@")[0]: person for person in cast}


@pytest.fixture
def agency(people):
    return people["focal-point"].affiliations.get().agency


@pytest.fixture
def proposed(people, agency):
    """A match that both sides are asked about, with titles of four lines."""
    other = people["other-focal-point"].affiliations.get().agency
    need = ConfirmedNeedFactory(agency=other, country=other.country, title=f"{LONG}: a need")
    offer = ConfirmedOfferFactory(agency=agency, country=agency.country, title=f"{LONG}: an offer")
    TargetFactory(offer=offer, country=need.country)
    match = MatchFactory(need=need, offer=offer)
    review.propose(match=match, by=people["reviewer"])
    return Match.objects.get(pk=match.pk)


@pytest.fixture
def asked(people, agency):
    """An offer read of the agency in a survey, which the secretariat asks to confirm."""
    edition = SurveyFactory(code="edition", results_released_on=dt.date(2018, 7, 1))
    response = ResponseFactory(survey=edition, country=agency.country)
    PublishedOfferFactory(survey=edition, response=response, title=LONG, country=agency.country, agency=agency)
    closes_on = timezone.now().date() + dt.timedelta(days=90)
    campaigns.begin(survey=edition, closes_on=closes_on, by=people["manager"])
    request = ConfirmationRequest.objects.get(country=agency.country)
    asking.record_sent(
        request=request,
        way=AskedBy.NOTE,
        by=people["manager"],
        on=timezone.now().date(),
        addressee="Permanent Mission",
        reference="SSC/2026/1",
    )
    return request


@pytest.fixture
def submitted(people, agency):
    """An offer that waits for the coordinator."""
    return OfferFactory(
        title=f"Sent in: {LONG}",
        agency=agency,
        country=agency.country,
        status=PostingStatus.SUBMITTED,
        submitted_at=timezone.now(),
        submitted_by=people["focal-point"],
        areas=["energy"],
        modalities=["training"],
    )


def screens_to(wanted):
    """On which screen of its page the whole of a link or a button stands, counted from the top."""
    bottom = wanted.evaluate("one => one.getBoundingClientRect().bottom + scrollY")
    return -(-bottom // TELEPHONE["height"])


def telephone(new_context, person=None):
    """A page on the person's telephone."""
    return new_context(viewport=TELEPHONE, logged_in=person).new_page()


def click_on_the_first_screen(page, wanted):
    """Click what is to be seen without a scroll, and wait for the page that it opens."""
    assert screens_to(wanted) == 1, (page.url, wanted)
    follow(page, wanted)


def test_a_proposal_is_answered_on_the_screen_that_its_mail_leads_to(proposed, people, new_context):
    [message] = [one for one in mail.outbox if one.to == ["focal-point@example.org"]]
    page = telephone(new_context)
    page.goto(urlsplit(re.search(r"https?://\S+/workspace/matches/\S+", message.body)[0]).path)
    log_in(page, "focal-point@example.org")
    click_on_the_first_screen(page, page.get_by_role("button", name="We are interested"))
    expect(page.get_by_role("main")).to_contain_text("You are interested")
    assert proposed.sides.get(side="offer").answer == "interested"


@pytest.mark.parametrize("way", ["what the secretariat asks about", "what is not confirmed"])
def test_a_posting_is_confirmed_in_two_screens(asked, people, new_context, way):
    page = telephone(new_context, people["focal-point"])
    page.goto("/workspace/")
    main = page.get_by_role("main")
    words = LONG if way == "what is not confirmed" else "Posting that the secretariat asks about"
    click_on_the_first_screen(page, main.get_by_role("link", name=words))
    click_on_the_first_screen(page, main.get_by_role("button", name="Confirm"))
    expect(main).to_contain_text("Sent")
    assert Offer.objects.get(title=LONG).submitted_at


def test_what_waits_is_approved_with_two_clicks(submitted, people, new_context):
    page = telephone(new_context, people["coordinator"])
    page.goto("/workspace/")
    main = page.get_by_role("main")
    click_on_the_first_screen(page, main.get_by_role("link", name=submitted.title))
    click_on_the_first_screen(page, main.get_by_role("button", name="Approve and publish"))
    submitted.refresh_from_db()
    assert submitted.status == PostingStatus.PUBLISHED


def test_an_answer_by_letter_is_recorded_with_five_clicks_and_no_scroll(proposed, people, new_context):
    page = telephone(new_context, people["manager"])
    page.goto("/admin/")
    click_on_the_first_screen(page, page.get_by_role("link", name=re.compile("proposal waits for an answer")))
    click_on_the_first_screen(page, page.locator("#result_list").get_by_role("link", name=re.compile("^Review ")))
    jump = page.get_by_role("link", name="Answer by note verbale or letter")
    assert screens_to(jump) == 1
    jump.click()
    fold = page.locator("#step-paper_answer")
    expect(fold).to_be_in_viewport(ratio=1)
    fold.locator("summary").click()
    fold.get_by_label("Side").select_option("offer")
    fold.get_by_label("It answers").select_option("interested")
    fold.get_by_label("Reference of the note verbale or letter").fill("THA/2026/7")
    fold.get_by_label("Dated").fill(timezone.now().date().isoformat())
    follow(page, fold.get_by_role("button", name="Record the answer"))
    assert proposed.sides.get(side="offer").answer == "interested"


@pytest.fixture
def every_row(proposed, asked, submitted, people, agency):
    """A row of each kind, those of the workspace in the hands of the cast."""
    found = rows()
    survey, section = found[Survey], found[Section]
    survey.opens_on, survey.closes_on = timezone.now().date(), None
    survey.save()
    section.repeats = True
    section.save()
    Response.objects.filter(pk=found[Response].pk).update(
        country=agency.country,
        agency=agency,
        status=ResponseStatus.SUBMITTED,
        submitted_at=timezone.now(),
        submitted_by=people["focal-point"],
    )
    begun_by = Client()
    begun_by.force_login(people["other-focal-point"])
    begun_by.post(address("workspace:survey", found), {"do": "begin"})
    affiliation = people["focal-point"].affiliations.get()
    return found | {
        Match: proposed,
        Practice: PublishedPracticeFactory(agency=agency),
        Affiliation: affiliation,
        Designation: affiliation.designations.get(),
        ApiKey: ApiKeyFactory(agency=agency, accountable=people["focal-point"]),
    }


@pytest.fixture
def linked_by_mail(every_row, people):
    """Addresses of pages that a link in a mail opens, by name; the token is the key."""
    person = people["focal-point"]
    agency = every_row[Affiliation].agency
    invitations.invite(by=people["coordinator"], email="new@example.org", agency=agency, role="focal_point")
    addresses.ask(user=person, email="elsewhere@example.org")
    return {
        "workspace:accept": in_a_mail(r"/workspace/invitation/[^/\s]+/"),
        "workspace:address-confirm": in_a_mail(r"/workspace/address/[^/\s]+/"),
        "mail:still-valid": urlsplit(still_valid.address(person, "offer", every_row[Match].offer_id)).path,
        "mail:unsubscribe": urlsplit(unsubscribe_address(person, Purpose.DIGEST)).path,
    }


def in_a_mail(pattern):
    return next(found[0] for one in mail.outbox if (found := re.search(pattern, one.body)))


WORKERS = ("focal-point", "other-focal-point", "coordinator", "manager")
NO_PAGE = {
    "workspace:match_letter_docx",
    "workspace:match_letter_pdf",
    "workspace:own-data",
    *(f"workspace:{kind}-{sheet}" for kind in ("offer", "need") for sheet in ("sheet", "filled-sheet")),
}
"""Downloads."""
DJANGOS = (*OF_A_MODEL, "simple_history")
# Around and in its own forms, lists and histories Django's admin breaks rules that are not ours to mend.
OURS_AMONG_THEM = {
    "admin:directory_paper_change",
    "admin:matching_allocation_change",
    "admin:matching_enquiry_change",
    "admin:matching_match_change",
    "admin:matching_match_changelist",
    "admin:matching_matchrun_change",
    "admin:matching_triangularoption_change",
    "admin:matching_triangularoption_changelist",
    "admin:practices_practice_change",
    "admin:practices_practicequestion_change",
    "admin:surveys_import_add",
    "admin:surveys_import_change",
    "admin:surveys_pendingchange_change",
}
NO_PAGE_OF_THE_ADMIN = {"admin:jsi18n", "admin:view_on_site", "admin:app_list", "admin:surveys_import_progress"}
"""Not a page, or a part of one; the list of an app is Django's."""


def is_ours(name):
    """Whether an address of the admin is no form, list or history as Django has them."""
    if "<" in name or name in NO_PAGE_OF_THE_ADMIN or not name.startswith("admin:"):
        return False
    return name in OURS_AMONG_THEM or not name.endswith(tuple(f"_{page}" for page in DJANGOS))


def pages_at_work(every_row, linked_by_mail, people):
    """Each page of the workspace, with who opens it; and those of the admin that are ours."""
    clients = {who: Client() for who in WORKERS}
    for who, client in clients.items():
        client.force_login(people[who])
    for name in sorted(set(names())):
        if name in linked_by_mail:
            yield name, None, linked_by_mail[name]
        elif name.startswith("workspace:") and name not in NO_PAGE:
            path = address(name, every_row)
            answers = set()
            for who in WORKERS:
                answers.add(clients[who].get(path).status_code)
                if 200 in answers:
                    yield name, who, path
                    break
            else:
                # What is sent, and never opened.
                assert 405 in answers, (name, answers)
        elif is_ours(name):
            path = address(name, every_row)
            response = clients["manager"].get(path)
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                yield name, "manager", path


def test_axe_finds_nothing_on_any_page_of_the_workspace_and_the_desk(every_row, linked_by_mail, people, new_context):
    windows = {who: telephone(new_context, people[who]) for who in WORKERS} | {None: telephone(new_context)}
    found, opened = {}, []
    for name, who, path in pages_at_work(every_row, linked_by_mail, people):
        page = windows[who]
        assert page.goto(path).status == 200, name
        opened.append(name)
        within = "#content" if name.startswith("admin:") else None
        for width in (360, 1280):
            resize(page, width)
            faults = violations_of(page, within)
            if (too_wide := pixels_too_wide(page)) > 0:
                faults.append(f"{too_wide} pixels too wide")
            if faults:
                found[name, width] = faults
        resize(page, 360)
    assert found == {}
    assert len(opened) > 70
