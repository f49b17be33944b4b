"""Who gets into the reviewer's admin: every address and method by every role."""

import itertools

import pytest

from matching.life import review
from matching.models import Match, MatchEvent, MatchRun, ScoringProfile
from tests.factories import MatchFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ADDRESSES = [
    "/admin/matching/match/",
    "/admin/matching/match/bulk/",
    "/admin/matching/match/needs/",
    "/admin/matching/match/need/{need}/",
    "/admin/matching/match/pair/",
    "/admin/matching/match/{match}/change/",
    "/admin/matching/match/{match}/history/",
    "/admin/matching/match/{match}/delete/",
    "/admin/matching/match/add/",
    "/admin/matching/matchevent/",
    "/admin/matching/matchevent/{event}/change/",
    "/admin/matching/matchevent/{event}/delete/",
    "/admin/matching/matchevent/add/",
    "/admin/matching/matchrun/",
    "/admin/matching/matchrun/start/",
    "/admin/matching/matchrun/{run}/change/",
    "/admin/matching/allocation/",
    "/admin/matching/allocation/make/",
    "/admin/matching/scoringprofile/",
    "/admin/matching/scoringprofile/add/",
    "/admin/matching/scoringprofile/{profile}/change/",
    "/admin/matching/scoringprofile/{profile}/new_version/",
    "/admin/matching/scoringprofile/{profile}/use/",
    "/admin/matching/scoringprofile/{profile}/preview/",
    "/admin/",
]
DATA = {"step": "set_aside", "ids": "{match}", "note": "x", "as_of": "0", "code": "mine", "post": "yes"}


@pytest.fixture
def rows(reviewer):
    match = MatchFactory()
    event = review.add_note(match=match, by=reviewer, note="Secret deliberation.")
    return {
        "match": match.pk, "need": match.need_id, "event": event.pk, "run": match.run_id, "profile": match.profile_id
    }  # fmt: skip


def state():
    return [list(model.objects.order_by("pk").values()) for model in (Match, MatchEvent, MatchRun, ScoringProfile)]


@pytest.mark.parametrize("who", ["visitor", "focal_point", "coordinator", "partner", "nobody", "deactivated"])
def test_others_are_turned_away_and_nothing_changes(client, rows, request, who):
    if who == "nobody":
        client.force_login(UserFactory())
    elif who == "deactivated":
        colleague = request.getfixturevalue("manager")
        client.force_login(colleague)
        type(colleague).objects.filter(pk=colleague.pk).update(is_active=False)
    elif who != "visitor":
        client.force_login(request.getfixturevalue(who))
    before = state()
    data = {name: value.format(**rows) for name, value in DATA.items()}
    for address, method in itertools.product(ADDRESSES, (client.get, client.post)):
        response = method(address.format(**rows), data)
        assert response.status_code in (302, 403), address
        if response.status_code == 302:
            assert response.url.startswith("/admin/login/?next=/admin/"), address
            response = client.get(response.url)
            assert response.status_code == (302 if who in ("visitor", "deactivated") else 403), address
        assert b"Secret" not in response.content, address
        assert state() == before, address


@pytest.mark.parametrize("who", ["reviewer", "manager"])
def test_the_secretariat_reads_every_page(client, rows, request, who):
    client.force_login(request.getfixturevalue(who))
    for address in ADDRESSES:
        if address.endswith(("/change/", "match/", "matchrun/", "matchevent/", "profile/", "/needs/", "/pair/", "}/")):
            response = client.get(address.format(**rows))
            assert response.status_code == 200, address


@pytest.mark.parametrize("who", ["reviewer", "manager"])
def test_an_event_is_written_once(client, rows, request, who):
    client.force_login(request.getfixturevalue(who))
    before = state()
    event = f"/admin/matching/matchevent/{rows['event']}"
    for address in (f"{event}/change/", f"{event}/delete/", "/admin/matching/matchevent/add/"):
        assert client.post(address, {"note": "Rewritten.", "post": "yes"}).status_code == 403
    assert client.post(
        "/admin/matching/matchevent/", {"action": "delete_selected", "_selected_action": rows["event"]}
    ).status_code in (200, 302, 403)
    assert state() == before


def test_a_post_without_a_token_is_refused(rows, reviewer):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(reviewer)
    before = state()
    data = {name: value.format(**rows) for name, value in DATA.items()}
    for address in (
        f"/admin/matching/match/{rows['match']}/change/",
        "/admin/matching/match/bulk/",
        "/admin/matching/matchrun/start/",
        f"/admin/matching/scoringprofile/{rows['profile']}/use/",
        f"/admin/matching/scoringprofile/{rows['profile']}/preview/",
    ):
        assert client.post(address, data).status_code == 403
    assert state() == before


def test_the_admin_has_no_second_door(client, reviewer, focal_point):
    assert client.get("/admin/login/").url.startswith("/accounts/login/")
    assert client.post("/admin/login/", {"username": reviewer.email, "password": "x"}).status_code == 302
    client.force_login(focal_point)
    assert client.get("/admin/login/").status_code == 403


def test_the_first_page_says_what_waits(client, rows, reviewer):
    client.force_login(reviewer)
    response = client.get("/admin/")
    assert response.context["waiting"]["suggestions"] == 1
    assert "suggestion to review" in response.content.decode()
    assert client.get("/admin/matching/").status_code == 200


@pytest.mark.parametrize("number", [1, 60])
def test_the_log_does_not_run_a_query_a_row(client, rows, reviewer, number, django_assert_num_queries):
    for _number in range(number):
        review.add_note(match=MatchFactory(), by=reviewer, note="x")
    client.force_login(reviewer)
    with django_assert_num_queries(5):  # session, user, affiliations, count, events
        client.get("/admin/matching/matchevent/")
