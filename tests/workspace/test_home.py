"""The first page: what is new and what waits, each list with its way to the rest, and none that is not its own."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from directory.models import User
from matching.choices import MatchStatus, SideAnswer
from matching.life import introducing, review
from matching.life.answers import answering
from matching.life.telling.digests import new_matches_of
from matching.models import Match
from surveys.choices import PostingStatus, Side, WindowKind
from surveys.models import CountryWindow, Questionnaire, Survey
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    OfferFactory,
    PublishedNeedFactory,
    SurveyFactory,
    TargetFactory,
    speaker_for,
)
from tests.pages import Page
from web.calendar.days import today
from workspace.home.all_lists import home_lists

pytestmark = pytest.mark.django_db

HOME = "/workspace/"
WEEK_AGO = timezone.now() - dt.timedelta(days=7)


@pytest.fixture
def agency(focal_point):
    return focal_point.affiliations.get().agency


def lists_of(user: User) -> dict[str, list[str]]:
    """What the lists hold, by code."""
    found = home_lists(User.objects.get(pk=user.pk), since=timezone.now() - dt.timedelta(days=7))
    return {one.code: [row.title for row in one.rows] for one in found}


def fit(agency, *, need_title="Their need", offer_title="Our offer", **values) -> Match:
    """A need of Cambodia that fits an offer of the agency."""
    offer = ConfirmedOfferFactory(agency=agency, country=agency.country, title=offer_title)
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"), title=need_title)
    TargetFactory(offer=offer, country=need.country)
    return MatchFactory(need=need, offer=offer, **values)


def introduced(match: Match, reviewer: User) -> Match:
    for posting in (match.need, match.offer):
        speaker_for(posting)
    review.propose(match=match, by=reviewer)
    for side in (Side.NEED, Side.OFFER):
        by = speaker_for(match.need if side == Side.NEED else match.offer)
        answering.answer(match=match, side=side, by=by, answer=SideAnswer.INTERESTED)
    introducing.introduce(match=match, by=reviewer)
    return match


@pytest.mark.parametrize(
    ("role", "codes"),
    [
        ("focal_point", ["new_fits", "to_serve", "introduced", "closing", "unconfirmed"]),
        ("coordinator", ["approvals", "new_fits", "to_serve", "introduced", "surveys", "closing", "unconfirmed"]),
        ("partner", []),
        ("reviewer", []),
        ("manager", ["approvals"]),
    ],
)
def test_each_role_has_its_lists_and_no_other(role, codes, request):
    """The cast's focal point is of a national agency; its survey list is named with the coordinator's."""
    person = request.getfixturevalue(role)
    found = [code for code in lists_of(person) if code != "surveys" or role == "coordinator"]
    assert found == codes


def test_without_a_designation_one_reads_and_is_asked_nothing(focal_point):
    focal_point.affiliations.get().designations.all().delete()
    assert list(lists_of(focal_point)) == ["new_fits", "to_serve"]


@pytest.mark.any_database
def test_empty_lists_say_so_and_lead_on(client, focal_point):
    client.force_login(focal_point)
    page = Page(client.get(HOME))
    for words in ("No open need of others fits an offer of ours", "All your published postings are confirmed."):
        assert words in page.text
    for address in ("/workspace/matches/?state=fits", "/workspace/offers/?state=closing"):
        assert address in page.source
        assert client.get(address).status_code == 200


def test_new_fits_are_those_of_the_mails_and_old_ones_are_not_there(focal_point, agency):
    new, old = fit(agency, need_title="New need"), fit(agency, need_title="Old need")
    Match.objects.filter(pk=old.pk).update(shown_since=timezone.now() - dt.timedelta(days=8))
    assert lists_of(focal_point)["new_fits"] == ["New need"]
    assert list(new_matches_of(focal_point, since=WEEK_AGO)) == [new]


def test_what_is_hidden_from_others_is_in_no_list(focal_point, agency, other_focal_point):
    match = fit(agency, need_title="For two")
    type(match.need).objects.filter(pk=match.need_id).update(status=PostingStatus.WITHDRAWN)
    Match.objects.filter(pk=match.pk).update(is_shown=False, shown_rank_for_need=None, shown_rank_for_offer=None)
    assert lists_of(focal_point)["to_serve"] == []
    assert lists_of(other_focal_point)["new_fits"] == []


def test_a_need_that_several_offers_fit_stands_once_with_the_best(focal_point, agency):
    first = fit(agency, need_title="Asked once", offer_title="The better offer")
    second = ConfirmedOfferFactory(agency=agency, country=agency.country, title="The weaker offer")
    MatchFactory(need=first.need, offer=second, part_areas=100_000)
    (serve,) = [one for one in home_lists(focal_point, since=WEEK_AGO) if one.code == "to_serve"]
    assert [row.title for row in serve.rows] == ["Asked once"]
    assert "The better offer" in serve.rows[0].detail


def test_what_nobody_confirmed_stands_behind_and_says_so(focal_point, agency):
    offer = ConfirmedOfferFactory(agency=agency, country=agency.country)
    country = CountryFactory(iso3="KHM")
    stated = PublishedNeedFactory(country=country, title="As the survey had it")
    MatchFactory(need=stated, offer=offer)
    MatchFactory(need=ConfirmedNeedFactory(country=country, title="Confirmed"), offer=offer, part_areas=100_000)
    lists = {one.code: one.rows for one in home_lists(focal_point, since=WEEK_AGO)}
    for code in ("new_fits", "to_serve"):
        assert [row.title for row in lists[code]] == ["Confirmed", "As the survey had it"]
        assert ["not confirmed" in row.detail for row in lists[code]] == [False, True]


def test_our_own_need_is_no_need_to_serve(focal_point, agency):
    need = ConfirmedNeedFactory(agency=agency, country=agency.country)
    offer = ConfirmedOfferFactory(country=CountryFactory(iso3="KHM"), title="Their offer")
    MatchFactory(need=need, offer=offer)
    found = lists_of(focal_point)
    assert (found["new_fits"], found["to_serve"]) == (["Their offer"], [])


def test_an_introduction_waits_for_a_record_until_there_is_one(focal_point, agency, reviewer):
    match = introduced(fit(agency, need_title="Introduced need"), reviewer)
    found = lists_of(focal_point)
    assert found["introduced"] == ["Introduced need"]
    assert (found["new_fits"], found["to_serve"]) == ([], [])
    Match.objects.filter(pk=match.pk).update(status=MatchStatus.AGREED)
    assert lists_of(focal_point)["introduced"] == []


def test_a_proposal_that_nobody_was_told_of_leaves_the_lists_as_they_were(focal_point, agency, reviewer):
    """The country of the offer clears first: until then its agency sees what an undecided pair shows."""
    CountryWindow.objects.create(country=agency.country, clearance="explicit")
    match = fit(agency)
    speaker_for(match.need)
    before = lists_of(focal_point)
    review.propose(match=match, by=reviewer)
    assert lists_of(focal_point) == before


def test_postings_about_to_close_and_not_confirmed(client, focal_point, agency):
    of = {"agency": agency, "country": agency.country}
    ConfirmedOfferFactory(title="Closes next week", closes_on=today() + dt.timedelta(days=7), **of)
    ConfirmedNeedFactory(title="Closes tomorrow", closes_on=today() + dt.timedelta(days=1), **of)
    ConfirmedNeedFactory(title="Closes next year", closes_on=today() + dt.timedelta(days=365), **of)
    PublishedNeedFactory(title="As the survey had it", **of)
    PublishedNeedFactory(title="Of another country", country=CountryFactory(iso3="KHM"))
    found = lists_of(focal_point)
    assert found["closing"] == ["Closes tomorrow", "Closes next week"]
    assert found["unconfirmed"] == ["As the survey had it"]
    client.force_login(focal_point)
    all_needs = Page(client.get("/workspace/needs/?state=closing")).text
    assert "Closes tomorrow" in all_needs
    assert "Closes next year" not in all_needs


def test_what_waits_for_approval_is_with_who_approves(focal_point, agency, coordinator, manager):
    CountryWindow.objects.create(country=agency.country, kind=WindowKind.SINGLE)
    OfferFactory(
        title="Sent in",
        agency=agency,
        country=agency.country,
        status=PostingStatus.SUBMITTED,
        submitted_at=timezone.now(),
    )
    assert lists_of(coordinator)["approvals"] == ["Sent in"]
    assert lists_of(manager)["approvals"] == []
    assert "approvals" not in lists_of(focal_point)


def test_an_open_survey_stands_there(focal_point, coordinator):
    survey = SurveyFactory(title="Survey of this year", opens_on=today(), closes_on=today() + dt.timedelta(days=30))
    Questionnaire.objects.create(survey=survey)
    assert lists_of(coordinator)["surveys"] == ["Survey of this year"]
    Survey.objects.update(closes_on=today() - dt.timedelta(days=3))
    assert lists_of(coordinator)["surveys"] == []


@pytest.mark.any_database
def test_the_page_shows_five_and_says_that_there_are_more(client, focal_point, agency):
    for number in range(7):
        PublishedNeedFactory(title=f"Unconfirmed {number}", agency=agency, country=agency.country)
    client.force_login(focal_point)
    page = Page(client.get(HOME))
    assert page.text.count("Unconfirmed ") == 5
    assert "There are more:" in page.text
    assert "/workspace/needs/?state=unconfirmed" in page.source


@pytest.mark.any_database
@pytest.mark.parametrize("role", ["focal_point", "coordinator", "manager"])
def test_the_page_makes_as_many_queries_with_many(role, request, agency, reviewer, django_assert_num_queries):
    person = request.getfixturevalue(role)
    CountryWindow.objects.create(country=agency.country, kind=WindowKind.SINGLE)
    client = Client()
    client.force_login(person)
    of = {"agency": agency, "country": agency.country}
    for number in (1, 7):
        for _one in range(number):
            fit(agency)
            introduced(fit(agency), reviewer)
            PublishedNeedFactory(**of)
            ConfirmedOfferFactory(closes_on=today() + dt.timedelta(days=3), **of)
            OfferFactory(**of, status=PostingStatus.SUBMITTED, submitted_at=timezone.now())
        with django_assert_num_queries(QUERIES[role]):
            client.get(HOME)


QUERIES = {"focal_point": 24, "coordinator": 33, "manager": 7}
