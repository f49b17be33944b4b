"""The page of one match: what it shows, and each step taken from it."""

import datetime as dt

import pytest
from django.utils.html import escape

from matching.choices import EventKind, MatchStatus
from matching.life import review
from matching.life.review import LONGEST_NOTE
from matching.life.seen.shown import ShownEvents
from matching.models import Match, MatchEvent
from surveys.choices import Visibility
from surveys.models import Need, Offer
from tests.desk.conftest import page_of
from tests.factories import MatchFactory, PublishedNeedFactory, PublishedOfferFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile"), pytest.mark.any_database]


def take(desk, match, step, *, note="", as_of=None, query="", **more):
    return desk.post(
        page_of(match) + query, {"step": step, "note": note, "as_of": as_of or ShownEvents(match).mark(), **more}
    )


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def button(page, name):
    return next(button for button in page.context["buttons"] if button.name == name)


def test_it_shows_both_sides_why_and_how_much(desk, match):
    Need.objects.update(contact="ministry@example.org", text="Certified seed.", amount_as_printed="about 3 m")
    page = desk.get(page_of(match)).content.decode()
    for words in (
        "Seed potatoes", "Solar pumps", "Certified seed.", "ministry@example.org", "about 3 m",
        "1 of 2 priority areas asked for is offered: Energy.", "Modalities in common: Training.",
        "The offer names the country of the need.", "Asked for, and not offered: Health.",
        "45 %", "50 %", "0.225000", "0.250000", "0.300000", "0.775000", "Why they fit",
        f"/admin/surveys/need/{match.need_id}/change/", f"/needs/{match.need_id}/",
        f"/admin/matching/match/need/{match.need_id}/",
    ):  # fmt: skip
        assert words in page, words


def test_it_shows_other_matches_of_both_sides(desk, match):
    same_need = MatchFactory(need=match.need, offer=PublishedOfferFactory(title="Wind pumps"))
    same_offer = MatchFactory(offer=match.offer, need=PublishedNeedFactory(title="Cold stores"))
    others = {
        side: [row.match for row in rows] for _words, side, _pk, rows in desk.get(page_of(match)).context["others"]
    }
    assert others == {"need": [same_need], "offer": [same_offer]}


@pytest.mark.parametrize(
    ("step", "kind", "status"),
    [
        ("release", EventKind.RELEASED, MatchStatus.SUGGESTED),
        ("propose", EventKind.PROPOSED, MatchStatus.PROPOSED),
        ("set_aside", EventKind.SET_ASIDE, MatchStatus.SET_ASIDE),
        ("add_note", EventKind.NOTED, MatchStatus.SUGGESTED),
    ],
)
def test_a_step_is_taken_with_its_note(desk, match, reviewer, step, kind, status):
    response = take(desk, match, step, note="Line one\r\nline two")
    assert (response.status_code, response.url) == (302, page_of(match))
    event = MatchEvent.objects.get(kind=kind)
    assert (event.kind, event.by, event.note) == (kind, reviewer, "Line one\nline two")
    match.refresh_from_db()
    assert match.status == status
    page = desk.get(page_of(match)).content.decode()
    assert "Line one<br>line two" in page
    assert str(EventKind(kind).label) in page


def test_withhold_and_take_back(desk, match, reviewer):
    review.release(match=match, by=reviewer)
    review.set_aside(match=match, by=reviewer, withholds_too=False)
    take(desk, match, "withhold")
    match.refresh_from_db()
    assert match.released_at is None
    refused = take(desk, match, "take_back")
    assert "Say in a note why" in said(refused)
    take(desk, match, "take_back", note="A second look.")
    match.refresh_from_db()
    assert match.status == MatchStatus.SUGGESTED


def test_decided_stands_beside_today_and_released(desk, match, reviewer):
    review.release(match=match, by=reviewer)
    review.set_aside(match=match, by=reviewer, withholds_too=False)
    Need.objects.get().areas.set(PublishedNeedFactory(areas=["energy"]).areas.all())
    page = desk.get(page_of(match))
    assert page.context["decided"].data["score"] == page.context["released"].data["score"] == 775_000
    assert page.context["today"].data["score"] == 1_000_000
    for words in ("Decided on", "Today", "Released as (what everyone sees)"):
        assert words in page.content.decode()


def test_a_score_that_a_run_would_change_is_said(desk, match):
    Need.objects.get().areas.set(PublishedNeedFactory(areas=["energy"]).areas.all())
    assert "today it would be 1.000" in desk.get(page_of(match)).content.decode()


def test_a_step_that_is_not_open_is_shown_with_the_reason(desk, match):
    Need.objects.update(confirmed_on=None)
    page = desk.get(page_of(match))
    assert "“Seed potatoes” is not confirmed yet" in button(page, "propose").obstacle
    assert "“Seed potatoes” is not confirmed yet" in button(page, "release").obstacle
    Need.objects.update(confirmed_on=dt.date(2026, 1, 15))
    assert not button(desk.get(page_of(match)), "release").obstacle
    Offer.objects.update(visibility=Visibility.MATCHED)
    assert "not public" in button(desk.get(page_of(match)), "release").obstacle


def test_what_does_not_fit_today_can_only_be_set_aside(desk, match):
    match.offer.targets.all().delete()
    page = desk.get(page_of(match))
    assert "do not fit today" in button(page, "release").obstacle
    assert "do not fit today" in button(page, "propose").obstacle
    assert not button(page, "set_aside").obstacle
    assert "<code>outside_target</code>" in page.content.decode()


def test_a_refused_step_does_nothing_and_keeps_what_was_typed(desk, match):
    Need.objects.update(confirmed_on=None)
    response = take(desk, match, "propose", note="To both, <b>please</b>.")
    assert "Nothing was done." in said(response)
    assert escape("To both, <b>please</b>.") in response.content.decode()
    assert not MatchEvent.objects.exists()


def test_the_second_of_two_reviewers_is_told_what_happened(desk, match, manager):
    shown = ShownEvents(match).mark()
    review.add_note(match=match, by=manager, note="I am calling them.")
    response = take(desk, match, "set_aside", note="Mine.", as_of=shown)
    assert "“Note added”, by Manager" in said(response)
    assert "I am calling them." in response.content.decode()
    assert "Mine." in response.content.decode()
    match.refresh_from_db()
    assert match.status == MatchStatus.SUGGESTED
    assert MatchEvent.objects.count() == 1
    take(desk, match, "set_aside", note="Mine.", as_of=response.context["as_of"])
    match.refresh_from_db()
    assert match.status == MatchStatus.SET_ASIDE


@pytest.mark.parametrize("step", ["release", "set_aside", "add_note"])
def test_a_double_click_is_one_step(desk, match, step):
    shown = ShownEvents(match).mark()
    take(desk, match, step, note="Once.", as_of=shown)
    assert "Nothing was done." in said(take(desk, match, step, note="Once.", as_of=shown))
    assert MatchEvent.objects.count() == 1


def test_a_long_note_is_refused_and_kept(desk, match):
    typed = "é" * 100_000
    response = take(desk, match, "set_aside", note=typed)
    page = response.content.decode()
    assert f"The note has 100000 characters; at most {LONGEST_NOTE} fit." in page
    assert typed in page
    assert not MatchEvent.objects.exists()


def test_a_note_at_the_limit_fits_with_the_two_characters_of_each_line_end(desk, match):
    take(desk, match, "add_note", note="a" * (LONGEST_NOTE - 2) + "\r\nb")
    assert len(MatchEvent.objects.get().note) == LONGEST_NOTE


@pytest.mark.parametrize("note", ["</textarea><script>alert(1)</script>", "\u202eright to left", "=cmd|' /C calc'!A0"])
def test_a_hostile_note_is_inert(desk, match, note):
    take(desk, match, "add_note", note=note)
    page = desk.get(page_of(match)).content.decode()
    assert "<script>alert" not in page
    assert escape(note) in page


@pytest.mark.parametrize(
    "data",
    [
        {"step": "add_note", "note": "\0"},
        {"step": "delete", "note": "x"},
        {"step": "add_note", "note": "x"},
        {"step": "add_note", "note": "x", "as_of": "many~\0"},
        {"note": "x"},
        {},
    ],
)
def test_nonsense_is_refused(desk, match, data):
    response = desk.post(page_of(match), data)
    assert response.status_code == 200
    assert "Nothing was done." in said(response)
    assert not MatchEvent.objects.exists()


def test_what_a_form_adds_is_not_read(desk, match):
    before = Match.objects.values("score", "need", "offer", "status").get()
    take(desk, match, "add_note", note="x", status="proposed", score="1", need="1", released_at="2026-01-01")
    assert Match.objects.values("score", "need", "offer", "status").get() == before


def test_going_on_leads_to_the_next_of_the_list_with_its_filters(desk):
    first, second, third = (MatchFactory(part_areas=part) for part in (450_000, 300_000, 200_000))
    MatchFactory(part_areas=250_000, status=MatchStatus.SET_ASIDE, decided_on={"gates": ["same_side"]})
    query = "?_changelist_filters=fit%3Dgood"
    response = take(desk, second, "set_aside", query=query, go_on="on")
    assert response.url == f"{page_of(third)}{query}&then=next"
    assert 'name="go_on" id="id_go_on" checked' in desk.get(response.url).content.decode()
    response = take(desk, third, "set_aside", query=query, go_on="on")
    assert response.url == "/admin/matching/match/?fit=good"
    assert take(desk, first, "set_aside", go_on="on").url == "/admin/matching/match/"


def test_the_next_and_the_previous_follow_the_order_of_the_list(desk):
    weak, middle, strong = (MatchFactory(part_areas=part) for part in (200_000, 300_000, 450_000))
    for order, before, after in (("score", weak, strong), ("-score", strong, weak), ("-created_at", strong, weak)):
        context = desk.get(f"{page_of(middle)}?_changelist_filters=ordering%3D{order}").context
        assert context["previous_address"].startswith(page_of(before)), order
        assert context["next_address"].startswith(page_of(after)), order


def test_the_next_goes_round_to_those_that_were_passed_over(desk):
    first, last = MatchFactory(part_areas=450_000), MatchFactory(part_areas=200_000)
    assert page_of(first) in desk.get(page_of(last)).context["next_address"]
    assert page_of(last) in desk.get(page_of(first)).context["next_address"]


@pytest.mark.parametrize("filters", ["nonsense%3D1", "status%3D%3Cb%3E", "p%3Dmany", "%00"])
def test_filters_that_are_none_break_nothing(desk, match, filters):
    assert desk.get(f"{page_of(match)}?_changelist_filters={filters}").status_code in (200, 400)


def test_history_leads_to_the_page_and_nothing_is_added_or_deleted(desk, match):
    assert desk.get(f"/admin/matching/match/{match.pk}/history/").url == f"{page_of(match)}#history"
    assert desk.get("/admin/matching/match/add/").status_code == 403
    assert desk.post(f"/admin/matching/match/{match.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.get("/admin/matching/match/999999/change/").status_code == 302
    assert desk.get("/admin/matching/match/nonsense/change/").status_code == 302


@pytest.mark.parametrize("number", [1, 20])
def test_the_queries_do_not_grow(desk, match, reviewer, number, django_assert_num_queries):
    for step in range(number):
        review.add_note(match=match, by=reviewer, note=f"Step {step}.")
        MatchFactory(need=match.need)
        MatchFactory(offer=match.offer)
    # session, user, affiliations, the match; last event; labels 3; each side: posting with areas, modalities and places
    # 4, groups 1; profile in use and tables of the explanation 17; of the list that it came from the next one after,
    # the next one at all and the one before; events, changes, others of each side; the two sides, checks, who speaks
    # for each 2, the reviewers to assign it to; near-duplicates of each 3; enquiries
    with django_assert_num_queries(56):
        desk.get(page_of(match))


def test_a_released_fit_that_is_set_aside_asks_whether_to_withhold_it_too(desk, match, reviewer):
    assert not desk.get(page_of(match)).context["asks_to_withhold"]
    review.release(match=match, by=reviewer)
    assert "Leave it released" in desk.get(page_of(match)).content.decode()
    response = take(desk, match, "set_aside", note="Both have others.")
    assert "say whether it is to be withheld too" in said(response)
    assert "Both have others." in response.content.decode()
    match.refresh_from_db()
    assert match.status == MatchStatus.SUGGESTED
    take(desk, match, "set_aside", note="Both have others.", withholds_too="yes")
    match.refresh_from_db()
    assert (match.status, match.released_at) == (MatchStatus.SET_ASIDE, None)
    page = desk.get(page_of(match))
    assert "Set aside, and withheld from the public too." in said(page)
    assert not page.context["asks_to_withhold"]


def test_a_released_fit_that_is_set_aside_may_stay_released(desk, match, reviewer):
    review.release(match=match, by=reviewer)
    take(desk, match, "set_aside", withholds_too="no")
    match.refresh_from_db()
    assert (match.status, match.released_at is None) == (MatchStatus.SET_ASIDE, False)
    assert "everyone still sees the fit" in said(desk.get(page_of(match)))


def test_the_banner_names_the_match_that_was_decided_and_leads_back_to_it(desk, match):
    other = MatchFactory(need=PublishedNeedFactory(title="Cold stores"))
    landed = take(desk, match, "set_aside", go_on="on")
    assert landed.url.startswith(page_of(other))
    message = said(desk.get(landed.url))
    assert f'href="{page_of(match)}"' in message
    assert "Seed potatoes" in message
    assert "No run" not in message
    assert "no run suggests it again" in message


def test_two_matches_of_the_same_two_are_told_apart_by_their_titles(desk, match):
    other = MatchFactory(
        need=PublishedNeedFactory(country=match.need.country), offer=PublishedOfferFactory(country=match.offer.country)
    )
    titles = [desk.get(page_of(one)).context["title"] for one in (match, other)]
    assert titles[0].partition(" (")[0] == titles[1].partition(" (")[0]
    assert titles[0] != titles[1]
