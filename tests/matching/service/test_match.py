"""Matching as a service: what is given scores as if it were stored, nothing is stored, and nothing hidden is told."""

import datetime as dt
import json
import random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.throttling import SimpleRateThrottle

from directory.access import KeyReader
from directory.choices import KeyScope
from matching.models import Match
from matching.runs.running import run_matching
from matching.service.answered import answer
from matching.service.asked import AskedWrongly, MatchQuestion, read_question
from surveys.choices import PlaceKind, PostingStatus, Side, Visibility
from surveys.models import Need, Offer, PreferredPartner, Target
from tests.factories import CountryFactory, PublishedNeedFactory, PublishedOfferFactory
from tests.marked import of_any_database
from web.calendar.days import today

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/match/"
PARTNER = KeyReader(scopes=[KeyScope.READ_MATCHES])


def given(**more):
    return {
        "kind": "need",
        "country": "FJI",
        "title": "Solar power for outer islands",
        "text": "We seek training of technicians.",
        "language": "en",
        "areas": ["energy"],
        "modalities": ["training"],
        **more,
    }


def post(client, body, **more):
    return client.post(ADDRESS, json.dumps(body), content_type="application/json", **more)


@pytest.fixture
def fiji():
    return CountryFactory(iso3="FJI")


@pytest.fixture
def offer(fiji):
    return open_to(fiji, country=CountryFactory(iso3="THA"), title="Courses in solar energy", areas=["energy"])


def open_to(reached, **stated):
    """A confirmed offer that names the country reached."""
    offer = PublishedOfferFactory(**{"modalities": ["training"], "confirmed_on": today(), **stated})
    Target.objects.create(offer=offer, kind=PlaceKind.COUNTRY, country=reached, position=0)
    return offer


@pytest.mark.any_database
def test_the_best_come_with_their_reasons_and_a_word_and_no_figure(client, offer):
    answered = post(client, given())
    assert answered.status_code == 200, answered.content
    body = answered.json()
    [found] = body["results"]
    assert (found["id"], found["title"], found["country"]) == (offer.pk, offer.title, "THA")
    assert found["fit"] in {"strong", "good", "partial"}
    assert found["reasons"]
    assert found["explanation"] is None
    assert (body["compared_with"], body["fits"]) == (1, 1)
    assert answered["Cache-Control"] == "no-store"


@pytest.mark.parametrize("seed", [0, 1, *of_any_database(2, 3, 4)])
@pytest.mark.parametrize("side", list(Side))
def test_it_scores_as_the_same_posting_stored_and_run(seed, side, fiji):
    draw = random.Random(seed)
    areas, modalities = ["energy", "water", "health", "trade"], ["training", "experts", "study"]
    others = [CountryFactory(iso3=iso3) for iso3 in ("THA", "KHM", "VNM", "LAO")]

    def stated():
        return {
            "areas": draw.sample(areas, draw.randint(1, 3)),
            "modalities": draw.sample(modalities, draw.randint(1, 2)),
            "text": draw.choice(["Solar power and its upkeep", "Clean water for villages", ""]),
            "confirmed_on": today(),
        }

    for country in others:
        if side == Side.NEED:
            open_to(fiji, country=country, **stated())
        else:
            PublishedNeedFactory(country=country, **stated())
    for code in (*areas, *modalities):  # Whatever was drawn, the codes are there to be named.
        (PublishedNeedFactory if code in areas else PublishedOfferFactory)(
            status=PostingStatus.DRAFT, **{"areas" if code in areas else "modalities": [code]}
        )
    own, place = stated(), others[0]
    question = MatchQuestion(
        side=side,
        country="FJI",
        title="Solar power",
        text=own["text"],
        language="en",
        english_text="",
        areas=tuple(own["areas"]),
        modalities=tuple(own["modalities"]),
        any_modality=False,
        places=((PlaceKind.COUNTRY, place.pk),) if place else (),
        opens_on=None,
        closes_on=today() + dt.timedelta(days=30),
    )
    found = answer(asked=read_question(question), reader=PARTNER, limit=50)
    own_factory = PublishedNeedFactory if side == Side.NEED else PublishedOfferFactory
    stored = own_factory(country=fiji, title="Solar power", language="en", closes_on=question.closes_on, **own)
    if place:
        places, name = (PreferredPartner, "need") if side == Side.NEED else (Target, "offer")
        places.objects.create(**{name: stored}, kind=PlaceKind.COUNTRY, country=place, position=0)
    run_matching()
    other = "offer" if side == Side.NEED else "need"
    matches = Match.objects.filter(**{side.value: stored})
    assert found.fits == len(found.results) > 0 or seed
    assert {one.posting.pk: one.explanation["score"] for one in found.results} == dict(
        matches.values_list(other, "score")
    )


def test_nothing_is_written_and_queries_do_not_grow(client, offer, fiji):
    def queries():
        with CaptureQueriesContext(connection) as held:
            assert post(client, given(against=offer.pk, limit=50)).status_code == 200
        return [one["sql"] for one in held.captured_queries]

    queries()
    few = queries()
    for _ in range(20):
        open_to(fiji, areas=["energy"])
    many = queries()
    assert len(many) == len(few)
    reads = ("SELECT", "COPY", "DECLARE", "SAVEPOINT", "RELEASE")
    assert not [sql for sql in many if not sql.lstrip("( ").upper().startswith(reads)]
    assert Need.objects.count() == 0


@pytest.mark.parametrize(
    "hide",
    [
        {"visibility": Visibility.FOCAL_POINTS},
        {"visibility": Visibility.MATCHED},
        {"status": PostingStatus.DRAFT},
        {"status": PostingStatus.WITHDRAWN},
    ],
)
def test_what_is_hidden_is_answered_as_what_does_not_exist(client, offer, hide):
    before = post(client, given(against=99_999_999))
    Offer.objects.filter(pk=offer.pk).update(**hide)
    hidden, nowhere = post(client, given(against=offer.pk)), post(client, given(against=99_999_999))
    assert before.status_code == hidden.status_code == 400
    assert hidden.json() == nowhere.json() == before.json()
    body = post(client, given()).json()
    assert (body["compared_with"], sum(body["closed_by"].values()), body["results"]) == (0, 0, [])


@pytest.mark.any_database
def test_why_not_is_said_of_one_and_counted_of_all(client, offer, fiji):
    other = open_to(fiji, areas=["health"])
    body = post(client, given(against=other.pk)).json()
    assert body["against"]["gates"] == ["no_shared_area"]
    assert body["against"]["fit"] is None
    assert body["against"]["reasons"]
    assert body["closed_by"]["no_shared_area"] == 1


@pytest.mark.any_database
def test_an_unconfirmed_posting_has_no_word_and_is_no_result(client, offer):
    Offer.objects.filter(pk=offer.pk).update(confirmed_on=None)
    body = post(client, given(against=offer.pk)).json()
    assert body["results"] == []
    assert (body["against"]["is_confirmed"], body["against"]["fit"]) == (False, None)


@pytest.mark.any_database
def test_figures_are_for_those_who_read_computed_fits(client, offer, partner, focal_point):
    client.force_login(focal_point)
    assert post(client, given()).json()["results"][0]["explanation"] is None
    client.force_login(partner)
    assert post(client, given()).json()["results"][0]["explanation"]["score"] > 0


def test_a_member_sees_what_focal_points_see(client, offer, focal_point):
    Offer.objects.update(visibility=Visibility.FOCAL_POINTS)
    assert post(client, given()).json()["results"] == []
    client.force_login(focal_point)
    assert [one["id"] for one in post(client, given()).json()["results"]] == [offer.pk]


@pytest.mark.any_database
def test_a_session_needs_its_token(offer, focal_point):
    strict = Client(enforce_csrf_checks=True)
    assert post(strict, given()).status_code == 200
    strict.force_login(focal_point)
    assert post(strict, given()).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"country": "XXX"}, "country"),
        ({"country": None}, "country"),
        ({"kind": "wish"}, "kind"),
        ({"areas": ["energi"]}, "areas"),
        ({"areas": []}, "areas"),
        ({"areas": "energy"}, "areas"),
        ({"modalities": []}, "modalities"),
        ({"modalities": ["nothing"]}, "modalities"),
        ({"title": "  "}, "title"),
        ({"title": "Untitled draft"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "nul \0"}, "text"),
        ({"text": "half \ud800"}, "text"),
        ({"language": "xx"}, "language"),
        ({"english_text": "In English too"}, "english_text"),
        ({"opens_on": "2027-02-30"}, "opens_on"),
        ({"opens_on": "2999-03-02", "closes_on": "2999-03-01"}, "closes_on"),
        ({"closes_on": "2001-01-01"}, "closes_on"),
        ({"targets": [{"country": "THA"}]}, "targets"),
        ({"preferred_partners": [{"country": "XXX"}]}, "preferred_partners"),
        ({"preferred_partners": [{}]}, "preferred_partners"),
        ({"limit": 51}, "limit"),
        ({"limit": 0}, "limit"),
        ({"limit": 10**30}, "limit"),
        ({"against": -1}, "against"),
        ({"status": "published"}, "status"),
    ],
)
def test_what_is_wrong_is_said_by_field(client, offer, change, field):
    answered = post(client, given(**change))
    assert answered.status_code == 400, answered.content
    assert answered["Content-Type"] == "application/problem+json"
    assert list(answered.json()["errors"]) == [field]


@pytest.mark.any_database
@pytest.mark.parametrize("body", ["", "[]", "null", "{", '"need"', "[" * 100_000, "NaN"])
def test_what_is_no_object_is_refused(client, body):
    answered = client.post(ADDRESS, body, content_type="application/json")
    assert answered.status_code == 400
    assert answered["Content-Type"] == "application/problem+json"


@pytest.mark.any_database
def test_a_number_beyond_any_is_refused_as_it_is_read(client, offer):
    answered = post(client, given(limit=10**400))
    assert (answered.status_code, answered["Content-Type"]) == (400, "application/problem+json")
    assert "is no number that is kept here" in answered.json()["detail"]


@pytest.mark.any_database
def test_too_much_is_refused_unread_and_other_methods_are_named(client):
    answered = client.post(ADDRESS, " " * 200_001, content_type="application/json")
    assert answered.status_code == 413
    refused = client.get(ADDRESS)
    assert (refused.status_code, refused["Content-Type"]) == (405, "application/problem+json")
    assert "POST" in refused["Allow"]


@pytest.mark.any_database
def test_it_is_limited_apart_from_the_rest(client, offer, monkeypatch):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "match", "2/min")
    assert [post(client, given()).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/api/v1/offers/").status_code == 200


@pytest.mark.any_database
def test_a_question_is_refused_by_field_below_the_api_too(fiji):
    with pytest.raises(AskedWrongly) as refused:
        read_question(MatchQuestion(Side.NEED, "FJI", "Solar", "", "en", "", ("nowhere",), (), True, (), None, None))
    assert list(refused.value.errors) == ["areas"]
