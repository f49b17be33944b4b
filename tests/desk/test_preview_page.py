"""Other figures tried in the admin: the form, what they would change, and the button that activates them."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from desk.profiles.percent import as_given
from matching.choices import MatchStatus, RunState
from matching.models import Match, MatchRun, ScoringProfile
from matching.models.profile import FIGURES
from matching.runs.running import run_matching
from matching.scoring.profiles import default_profile
from surveys.models import Need
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchRunFactory,
    ScoringProfileFactory,
    TargetFactory,
)
from tests.jobs import work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile"), pytest.mark.any_database]

PROFILES = "/admin/matching/scoringprofile/"
ACTIVATED = {"weight_areas": 20, "weight_modalities": 20, "weight_region": 60}


@pytest.fixture
def office(as_, manager):
    """The client of the manager."""
    return as_(manager)


@pytest.fixture
def page():
    return page_of(default_profile())


def page_of(profile) -> str:
    return f"{PROFILES}{profile.pk}/preview/"


def figures(**changed):
    return {**as_given(default_profile().figures), **changed}


def make_pairs(number):
    """So many needs of Cambodia, and offers of Thailand to it."""
    cambodia, thailand = CountryFactory(iso3="KHM"), CountryFactory(iso3="THA")
    for one in range(number):
        ConfirmedNeedFactory(country=cambodia, areas=["energy", "health"][: 1 + one % 2], title=f"Need <b>{one}</b>")
        offer = ConfirmedOfferFactory(country=thailand, title=f"Offer <i>{one}</i>")
        TargetFactory(offer=offer, country=cambodia)


def state():
    return [list(model.objects.order_by("pk").values()) for model in (Match, MatchRun, ScoringProfile)]


def test_the_form_begins_with_the_profile(office, page):
    response = office.get(page)
    content = response.content.decode()
    assert response.context["found"] is None
    assert 'name="weight_areas" value="45"' in content
    assert 'name="code"' not in content
    assert 'method="post" action="/admin/matching' not in content
    assert f'action="{page}"' in office.get(f"{PROFILES}{default_profile().pk}/change/").content.decode()


def test_figures_in_the_address_show_what_would_change_and_write_nothing(office, page, match):
    before = state()
    with CaptureQueriesContext(connection) as queries:
        response = office.get(page, figures(**ACTIVATED))
    # A form asks the constraints in savepoints, where a test holds a transaction.
    reads = re.compile(r"(DECLARE .* FOR |COPY \()?SELECT|(RELEASE )?SAVEPOINT")
    assert [query["sql"] for query in queries if not reads.match(query["sql"])] == []
    assert state() == before
    found, content = response.context["found"], response.content.decode()
    assert (found.counts.moved, found.counts.before, found.counts.after) == (1, 1, 1)
    # areas: half of the need's; named: 0.225 + 0.25 + 0.3 → 0.1 + 0.2 + 0.6
    for words in ("0.775 → 0.900", "+0.125", "0.225 → 0.100", "Seed potatoes", "Activate and rerun", "Other countries"):
        assert words in content
    assert f"/admin/matching/match/pair/?need={match.need_id}&amp;offer={match.offer_id}" in content
    assert (
        content.count("csrfmiddlewaretoken") == 3
    )  # to log out, for the language, to activate: none goes into an address


@pytest.mark.locks
def test_activating_makes_a_version_and_reruns(office, page, match, manager):
    found = office.get(page, figures(**ACTIVATED)).context["found"]
    response = office.post(page, figures(**ACTIVATED), follow=True)
    work_off()
    made, run = ScoringProfile.objects.get(version=2), MatchRun.objects.first()
    assert (made.is_default, made.weight_region, made.code) == (True, 60, "default")
    assert (run.profile, run.by, run.state) == (made, manager, RunState.FINISHED)
    assert response.redirect_chain == [(f"/admin/matching/matchrun/{run.pk}/change/", 302)]
    assert run.counts["moved"] == found.counts.moved == 1
    match.refresh_from_db()
    assert (match.score, match.profile) == (900_000, made)
    content = response.content.decode()
    assert "The next runs use default, version 2." in content
    assert "The matching has begun." in content


def test_what_people_have_decided_stays(office, page, match, reviewer):
    from matching.life import review

    def decided() -> dict[str, Any]:
        return {name: value for name, value in Match.objects.values().get().items() if not name.startswith("shown_")}

    review.set_aside(match=match, by=reviewer)
    before = decided()
    assert office.get(page, figures(**ACTIVATED)).context["found"].counts.before == 0
    office.post(page, figures(**ACTIVATED))
    work_off()
    assert decided() == before


def test_the_figures_in_use_are_not_activated_again(office, page, match):
    content = office.get(page, figures()).content.decode()
    assert "There is nothing to activate." in content
    assert "Activate and rerun" not in content
    before = state()
    response = office.post(page, figures(), follow=True)
    assert "There is no new version" in response.content.decode()
    assert state() == before


def test_pressed_twice_is_once(office, page, match):
    for _time in range(2):
        office.post(page, figures(**ACTIVATED))
        work_off()
    assert ScoringProfile.objects.count() == 2
    assert MatchRun.objects.count() == 2


def test_while_a_run_is_at_work_the_profile_is_activated_and_the_rerun_waits(office, page, match):
    MatchRunFactory(state=RunState.RUNNING)
    response = office.post(page, figures(**ACTIVATED), follow=True)
    content = response.content.decode()
    assert default_profile().version == 2
    assert "The rerun must wait." in content
    assert "Another matching run is at work" in content
    assert MatchRun.objects.count() == 2


def test_a_run_that_fails_leaves_the_profile_activated(office, page, match, monkeypatch):
    def fail(*_tables, **_how):
        raise OSError("No space left.")

    monkeypatch.setattr("matching.runs.running.engine.best_of", fail)
    office.post(page, figures(**ACTIVATED))
    work_off()
    assert MatchRun.objects.first().error == "OSError: No space left. (Needs 0 to 1 of the order of the run.)"
    assert default_profile().version == 2


def test_a_version_that_stands_is_previewed_and_used_as_it_stands(office, match):
    draft = ScoringProfileFactory(version=2, is_default=False, **ACTIVATED)
    content = office.get(f"{PROFILES}{draft.pk}/change/").content.decode()
    address = f"{page_of(draft)}?{urlencode(as_given(draft.figures))}"
    assert f'href="{address.replace("&", "&amp;")}"' in content
    shown = office.get(address)
    assert shown.context["found"].counts.moved == 1
    assert "default, version 2 as it stands" in shown.content.decode()
    office.post(page_of(draft), as_given(draft.figures))
    assert default_profile() == draft
    assert ScoringProfile.objects.count() == 2


HOSTILE = [
    "weight_areas=",
    "weight_areas=9" + "9" * 5000,
    "weight_areas=-1",
    "weight_areas=1e3",
    "weight_areas=<script>alert(1)</script>",
    "weight_areas=%ff%fe",
    "weight_areas=45&weight_areas=abc",
    "weight_areas=NaN",
    "top_k=0",
    "top_k=99999999999999999999",
    "transition_years=-5",
    "min_score=100.0001",
    "min_score=0.00002",
    "code=other&weight_areas=%F0%9F%98%80",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_figures_that_are_none_are_refused_in_words(office, page, match, query):
    before = state()
    for given in (query, f"{urlencode(figures())}&{query}"):
        response = office.get(f"{page}?{given}")
        assert response.status_code == 200
        assert response.context["form"].errors
        assert response.context["found"] is None
        assert "<script>alert" not in response.content.decode()
        refused = office.post(page, given, content_type="application/x-www-form-urlencoded")
        assert refused.status_code == 200
        assert refused.context["form"].errors
    assert state() == before


def test_a_nul_byte_is_turned_away(office, page):
    # By the portal's middleware, whatever the page.
    for given in ("weight_areas=%00", f"{urlencode(figures())}&code=%00"):
        assert office.get(f"{page}?{given}").status_code == 400
        assert office.post(page, given, content_type="application/x-www-form-urlencoded").status_code in (200, 302, 400)


@pytest.mark.parametrize("query", ["a=1", "code=x", "&&&==", "page=9&weight_areas[]=5"])
def test_an_address_without_figures_shows_the_form(office, page, query):
    response = office.get(f"{page}?{query}")
    assert response.status_code == 200
    assert not response.context["form"].is_bound


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"weight_areas": 44}, "The weights sum to 99. Let them sum to 100, zeros included."),
        ({"weight_topic": 10}, "The weights sum to 110."),
        (
            dict.fromkeys(("weight_areas", "weight_modalities", "weight_region"), 0),
            "At least one weight must be above 0",
        ),
        ({"good_from": "80"}, "must not begin below a good one"),
    ],
)
def test_figures_that_do_not_go_together_are_refused(office, page, changed, words):
    for response in (office.get(page, figures(**changed)), office.post(page, figures(**changed))):
        assert response.status_code == 200
        assert words in response.content.decode()
        assert response.context["found"] is None
    assert ScoringProfile.objects.count() == 1


def test_a_weight_that_is_no_number_is_not_counted_as_what_stood_before(office, page):
    content = office.get(page, figures(weight_areas="x", weight_topic=30)).content.decode()
    assert "Enter a whole number." in content
    assert "weights sum to" not in content


def test_zero_turns_a_criterion_off(office, page, match):
    found = office.get(page, figures(weight_areas=0, weight_modalities=40, weight_region=60)).context["found"]
    assert found.moves[0].after.parts["areas"] == 0
    assert found.moves[0].after.score == 1_000_000


def test_what_people_typed_is_shown_escaped(office, page):
    make_pairs(2)
    content = office.get(page, figures(**ACTIVATED)).content.decode()
    assert "Need &lt;b&gt;1&lt;/b&gt;" in content
    assert "<b>1</b>" not in content


def test_only_a_manager_gets_in(client, page, match, request):
    before = state()
    for who, status in (("reviewer", 403), ("focal_point", 302), ("coordinator", 302), ("partner", 302)):
        client.force_login(request.getfixturevalue(who))
        for response in (client.get(page), client.get(page, figures()), client.post(page, figures(**ACTIVATED))):
            assert response.status_code == status, who
    client.logout()
    assert client.get(page).status_code == client.post(page, figures(**ACTIVATED)).status_code == 302
    assert state() == before


def test_a_reviewer_is_offered_neither(desk, match):
    content = desk.get(f"{PROFILES}{default_profile().pk}/change/").content.decode()
    assert "Try other figures" not in content
    assert "/preview/" not in content


def test_activating_needs_a_token(manager, page, match):
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    before = state()
    assert client.post(page, figures(**ACTIVATED)).status_code == 403
    assert state() == before


def test_other_methods_and_unknown_profiles_are_refused(office, page):
    for method in (office.put, office.patch, office.delete):
        assert method(page).status_code == 405
    for pk in ("424242", "9" * 40):
        assert office.get(f"{PROFILES}{pk}/preview/").status_code == 403
        assert office.post(f"{PROFILES}{pk}/preview/", figures()).status_code == 403


def test_a_profile_in_use_that_cannot_score_here_is_said(office, page, monkeypatch):
    figures_of_topic = dict.fromkeys(("weight_areas", "weight_modalities", "weight_region"), 0) | {"weight_topic": 100}
    ScoringProfile.objects.update(**figures_of_topic)
    monkeypatch.setattr("matching.scoring.reading_arrays.topic_is_available", lambda: False)
    response = office.get(page, figures(weight_areas=100, weight_topic=0))
    assert response.status_code == 200
    assert "The engine cannot score by default, version 1 here" in response.content.decode()


def test_it_says_what_a_rerun_alone_would_change(office, page, match):
    assert "a rerun alone" not in office.get(page, figures(**ACTIVATED)).content.decode()
    Need.objects.update(closes_on="2020-01-01")
    assert "would change 1 match (0 new, 1 gone" in office.get(page, figures(**ACTIVATED)).content.decode()
    MatchRun.objects.all().update(state=RunState.FAILED)
    assert "has not run yet" in office.get(page, figures(**ACTIVATED)).content.decode()


def test_the_queries_do_not_grow(office, page, django_assert_num_queries):
    make_pairs(4)
    run_matching()
    assert 10 <= Match.objects.count() < 20
    query = figures(weight_areas=20, weight_modalities=20, weight_region=30, weight_topic=30)
    with CaptureQueriesContext(connection) as few:
        assert len(office.get(page, query).context["rows"]) >= 10
    make_pairs(8)
    run_matching()
    assert Match.objects.filter(status=MatchStatus.SUGGESTED).count() > 100
    with django_assert_num_queries(len(few)):
        assert len(office.get(page, query).context["rows"]) == 20


def test_every_figure_is_in_the_form_once(office, page):
    form = office.get(page).context["form"]
    assert sorted(field.name for _heading, fields in form.sections() for field in fields) == sorted(FIGURES)
