"""Which matches to propose: the form, the page of a plan, and its two buttons."""

import pytest
from django.contrib.messages import get_messages

from desk.plans import page as allocation_page
from matching.allocation import plans, solving
from matching.choices import AllocationState
from matching.life import review
from matching.models import Allocation, Match, MatchEvent
from surveys.models import Need
from tests.factories import PublishedNeedFactory
from tests.jobs import work_off
from tests.matching.allocation.conftest import make, need_of, offer_of, settings, south, suggest

__all__ = ["make", "south"]  # the fixtures of the allocation

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("south", "known_profile")]

PLANS = "/admin/matching/allocation/"
MAKE = f"{PLANS}make/"
QUEUE = "/admin/matching/match/"
ASKED = {"weight_ldc": "2", "weight_lldc": "1", "weight_sids": "1", "most_per_need": "3", "most_in_all": ""}


def page_of(allocation) -> str:
    return f"{PLANS}{allocation.pk}/change/"


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def contested():
    """One place, wanted by Viet Nam with the better score and by Cambodia, an LDC."""
    offer = offer_of(places=1, title="One <b>seat</b>")
    viet_nam, cambodia = need_of("VNM", title="Rice <i>seeds</i>"), need_of("KHM", title="Dams")
    return suggest(viet_nam, offer, 900_000), suggest(cambodia, offer, 500_000)


def test_the_form_begins_with_the_defaults_and_makes_a_plan(
    desk, contested, reviewer, django_capture_on_commit_callbacks
):
    page = desk.get(MAKE).content.decode()
    for name, value in ASKED.items():
        assert f'name="{name}"' in page
        assert f'value="{value}"' in page or not value
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(MAKE, ASKED)
    made = Allocation.objects.get()
    assert response.url == page_of(made)
    assert (made.by, made.weight_ldc, made.most_per_need, made.most_in_all) == (reviewer, 2, 3, None)
    assert "1 match; 1 need that has nothing gets one" in desk.get(PLANS).content.decode()


def test_the_page_says_what_is_picked_and_what_that_gives_up(desk, contested, make):
    page = desk.get(page_of(make())).content.decode()
    for words in (
        "Waits for a decision",
        "1 match; 1 need that has nothing gets one.",
        "Cambodia",
        ">LDC<",
        "1 of 1",
        "Partial fit" if contested[1].score < 500_000 else "Good fit",
        "Were all countries alike, 1 need would be served that is not. In return 1 other need is served.",
        "By the best scores alone, the scores would add up to 0.40 more. 1 need would be served; this plan serves 1.",
        "All places of the offers that fit went to others: <strong>1</strong>",
        "1 (100 %)",
        "Apply to the queue",
        "Discard",
    ):
        assert words in page, words
    assert "Rice &lt;i&gt;seeds&lt;/i&gt;" in page
    assert "One &lt;b&gt;seat&lt;/b&gt;" in page
    assert "<i>seeds" not in page
    assert "<b>seat" not in page


def test_a_plan_without_picks_says_why(desk, make):
    PublishedNeedFactory(title="Not vouched for")
    page = desk.get(page_of(make())).content.decode()
    for words in ("This plan proposes nothing", "The need is not confirmed", "Not vouched for"):
        assert words in page
    assert "Apply to the queue" not in page
    assert "Discard" in page


def test_applying_leads_to_the_filter_of_the_queue_and_its_bulk_step(desk, contested, make):
    made = make()
    assert not desk.get(QUEUE, {"plan": "applied"}).context["rows"]
    response = desk.post(f"{PLANS}{made.pk}/apply/")
    assert response.url == page_of(made)
    assert said(response) == ["The plan is applied: its matches stand in the queue under “Plan”."]
    assert not MatchEvent.objects.exists()
    rows = desk.get(QUEUE, {"plan": "applied"}).context["rows"]
    assert [row.match for row in rows] == [contested[1]]
    asked = desk.post(
        f"{QUEUE}?plan=applied",
        {"step": "propose", "chosen": [contested[1].pk], "everything": "1"},
    )
    assert [candidate.match for candidate in asked.context["candidates"]] == [contested[1]]
    desk.post("/admin/matching/match/bulk/", {"step": "propose", "ids": str(contested[1].pk), "note": ""})
    assert not desk.get(QUEUE, {"plan": "applied"}).context["rows"]
    assert [row.match for row in desk.get(QUEUE, {"plan": "applied", "status": "all"}).context["rows"]] == [
        contested[1]
    ]


def test_an_unknown_plan_finds_nothing(desk, contested):
    response = desk.get(QUEUE, {"plan": "<b>0</b>"})
    assert not response.context["rows"]
    assert b"<b>0</b>" not in response.content


def test_what_is_left_out_is_said_and_stays_on_the_page(desk, contested, make, manager):
    made = make()
    review.set_aside(match=contested[1], by=manager)
    response = desk.post(f"{PLANS}{made.pk}/apply/")
    assert said(response)[1] == "1 pick was left out: 1 (it was decided meanwhile)."
    page = desk.get(page_of(made)).content.decode()
    assert "Left out when it was applied" in page
    assert "it was decided meanwhile" in page


@pytest.mark.parametrize("second", ["apply", "discard"])
def test_the_second_of_two_reviewers_is_told(desk, contested, make, manager, second):
    made = make()
    plans.discard(allocation=made, by=manager)
    response = desk.post(f"{PLANS}{made.pk}/{second}/")
    assert said(response)[0].startswith("This plan was decided on ")
    assert f"by {manager}: Discarded." in said(response)[0]
    assert Allocation.objects.get().decided_by == manager


def test_discarding_keeps_the_plan_to_be_read(desk, contested, make):
    made = make()
    desk.post(f"{PLANS}{made.pk}/discard/")
    page = desk.get(page_of(made)).content.decode()
    assert "Discarded" in page
    assert "Apply to the queue" not in page
    assert Allocation.objects.get().state == AllocationState.DISCARDED


HOSTILE = ["-1", "9" * 5_000, "1" * 10, "two", "1.5", "nan", "1e3", "<script>alert(1)</script>", "a\0b", "", "101"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ASKED)
def test_what_is_no_number_is_an_error_of_the_form(desk, contested, name, value):
    response = desk.post(MAKE, {**ASKED, name: value})
    if name == "most_in_all" and value in ("", "101"):
        assert response.status_code == 302
        return
    assert response.status_code == 200
    assert name in response.context["form"].errors
    assert b"<script>alert" not in response.content
    assert not Allocation.objects.exists()


def test_nothing_sent_is_an_error_of_the_form(desk):
    response = desk.post(MAKE)
    assert set(response.context["form"].errors) == set(ASKED) - {"most_in_all"}


def test_a_solver_that_does_not_get_there_is_said_on_the_page(
    desk, contested, monkeypatch, django_capture_on_commit_callbacks
):
    def late(*_given, **_how):
        raise solving.Unsolved("Time limit reached.")

    monkeypatch.setattr(plans, "solve", late)
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(MAKE, ASKED)
    assert "The best choice was not found in time" in desk.get(response.url).content.decode()


@pytest.mark.parametrize("who", ["visitor", "focal_point", "coordinator", "partner"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_others_are_turned_away_and_nothing_changes(client, contested, make, request, who, method):
    made = make()
    if who != "visitor":
        client.force_login(request.getfixturevalue(who))
    before = list(Allocation.objects.values())
    for address in (PLANS, MAKE, page_of(made), f"{PLANS}{made.pk}/apply/", f"{PLANS}{made.pk}/discard/"):
        response = getattr(client, method)(address, ASKED)
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/?next=")
    assert list(Allocation.objects.values()) == before


def test_the_buttons_are_no_links_and_nothing_else_is_changed(desk, contested, make):
    made = make()
    before = list(Allocation.objects.values())
    for step in ("apply", "discard"):
        assert desk.get(f"{PLANS}{made.pk}/{step}/").status_code == 405
        assert desk.post(f"{PLANS}999999999/{step}/").status_code == 404
    assert desk.post(page_of(made), {"state": "applied"}).status_code == 403
    assert desk.get(f"{PLANS}add/").status_code == 403
    assert desk.post(f"{PLANS}{made.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.get(f"{PLANS}{'9' * 30}/change/").status_code == 302
    assert list(Allocation.objects.values()) == before


def test_picks_come_in_pages(desk, make, monkeypatch):
    monkeypatch.setattr(allocation_page, "PICKS_A_PAGE", 2)
    offer = offer_of()
    for _number in range(3):
        suggest(need_of("KHM"), offer)
    made = make()
    assert len(desk.get(page_of(made)).context["rows"]) == 2
    assert [row.pick.position for row in desk.get(page_of(made), {"p": 2}).context["rows"]] == [3]
    assert desk.get(page_of(made), {"p": "<b>"}).status_code == 200


@pytest.mark.parametrize("number", [3, 30])
def test_the_queries_do_not_grow(desk, make, number, django_assert_num_queries):
    offer, full = offer_of(places=number), offer_of(places=1)
    for _number in range(number):
        suggest(need_of("KHM"), offer)
        suggest(need_of("VNM"), full)
    made = make()
    assert made.picks.count() == number + 1
    # Session, user, affiliations, plan; three groups; needs, offers named; count and picks; places, taken; left out.
    with django_assert_num_queries(14):
        desk.get(page_of(made))
    with django_assert_num_queries(5):  # session, user, affiliations, count, plans
        desk.get(PLANS)


@pytest.mark.parametrize("number", [3, 30])
def test_making_and_applying_runs_no_query_a_row(desk, number, django_assert_max_num_queries):
    offer = offer_of()
    for _number in range(number):
        suggest(need_of("KHM"), offer)
    with django_assert_max_num_queries(10):
        desk.post(MAKE, ASKED)
    made = Allocation.objects.get()
    with django_assert_max_num_queries(44):
        work_off()
    Need.objects.filter(pk=Need.objects.first().pk).update(confirmed_on=None)
    with django_assert_max_num_queries(44):
        desk.post(f"{PLANS}{made.pk}/apply/")
    assert made.picks.filter(left_out="").count() == number - 1
    assert Match.objects.count() == number


def test_settings_are_those_of_the_form():
    assert set(settings().__dataclass_fields__) == set(ASKED)


def test_while_it_is_made_the_page_waits_and_a_failed_one_says_what_to_do(desk, contested, reviewer):
    asked = plans.begin(by=reviewer, settings=settings())
    page = desk.get(page_of(asked)).content.decode()
    assert "Being made" in page
    assert 'http-equiv="refresh"' in page
    assert "of an LDC 2 more" in page
    assert "Being made" in desk.get(PLANS).content.decode()
    asked.fail("It was not to be.")
    page = desk.get(page_of(asked)).content.decode()
    assert "Could not be made" in page
    assert 'http-equiv="refresh"' not in page
    assert MAKE in page
