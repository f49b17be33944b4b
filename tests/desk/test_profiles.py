"""Scoring profiles in the admin: who changes which, and what the engine would refuse is refused in words."""

import pytest
from django.core.exceptions import ValidationError

from desk.profiles.percent import as_given
from matching.models import MatchRun, ScoringProfile
from matching.scoring.profiles import default_profile, new_version
from tests.factories import MatchRunFactory, ScoringProfileFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PROFILES = "/admin/matching/scoringprofile/"


@pytest.fixture
def office(as_, manager):
    """The client of the manager."""
    return as_(manager)


@pytest.fixture
def profile():
    return ScoringProfileFactory()


@pytest.fixture
def used(profile):
    MatchRunFactory(profile=profile)
    return profile


def page_of(profile) -> str:
    return f"{PROFILES}{profile.pk}/change/"


def values(profile, **changed):
    return {"code": profile.code, **as_given(profile.figures), **changed}


def test_a_manager_changes_a_profile_that_no_run_has_used(office, profile):
    assert office.post(page_of(profile), values(profile, weight_areas=50, weight_region=25)).status_code == 302
    profile.refresh_from_db()
    assert (profile.weight_areas, profile.weight_region) == (50, 25)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"weight_areas": 0, "weight_modalities": 0, "weight_region": 0}, "At least one weight must be above 0."),
        ({"weight_areas": 10, "weight_modalities": 10, "weight_region": 40}, "The weights sum to 60."),
        ({"weight_areas": 46}, "The weights sum to 101. Let them sum to 100, zeros included."),
        ({"weight_topic": 1}, "The weights sum to 101."),
        ({"weight_areas": 101}, "less than or equal to 100"),
        ({"weight_areas": -1}, "greater than or equal to 0"),
        ({"weight_areas": "1e400"}, "Enter a whole number"),
        ({"good_from": "80"}, "must not begin below a good one"),
        ({"strong_from": "100.0001"}, "less than or equal to 100"),
        ({"strong_from": "60.00001"}, "no more than 4 decimal places"),
        ({"min_score": "NaN"}, "Enter a number"),
        ({"min_score": "30 %"}, "Enter a number"),
        ({"top_k": 0}, "greater than or equal to 1"),
        ({"top_k": 5000}, "less than or equal to 200"),
        ({"transition_years": 30_000}, "less than or equal to 20"),
        ({"top_k": ""}, "This field is required"),
    ],
)
def test_what_cannot_score_is_refused_in_words(office, profile, changed, words):
    before = ScoringProfile.objects.values().get()
    response = office.post(page_of(profile), values(profile, **changed))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert ScoringProfile.objects.values().get() == before


def test_weights_that_sum_to_100_only_with_the_topic_are_refused_where_it_is_off(office, profile, monkeypatch):
    monkeypatch.setattr("matching.scoring.reading_arrays.topic_is_available", lambda: False)
    changed = {"weight_areas": 10, "weight_modalities": 10, "weight_region": 40, "weight_topic": 40}
    assert "round to more than 1" in office.post(page_of(profile), values(profile, **changed)).content.decode()


def test_a_profile_from_before_with_another_sum_stays_in_use_and_is_copied_to_be_put_right(office, profile):
    ScoringProfile.objects.update(weight_areas=35)
    MatchRunFactory(profile=profile)
    office.post(f"{PROFILES}{profile.pk}/new_version/")
    copied = ScoringProfile.objects.get(version=2)
    assert copied.weight_areas == 35
    refused = office.post(f"{PROFILES}{copied.pk}/use/", follow=True).content.decode()
    assert "The weights sum to 90." in refused
    assert default_profile() == profile
    assert "The weights sum to 90." in office.post(page_of(copied), values(copied)).content.decode()
    assert office.post(page_of(copied), values(copied, weight_areas=45)).status_code == 302
    office.post(f"{PROFILES}{copied.pk}/use/")
    assert default_profile() == copied
    office.post(f"{PROFILES}{profile.pk}/use/")
    assert default_profile() == profile


def test_a_used_profile_never_changes(office, used):
    before = ScoringProfile.objects.values().get()
    assert "so it never changes" in office.get(page_of(used)).content.decode()
    assert office.post(page_of(used), values(used, weight_areas=40)).status_code == 403
    assert ScoringProfile.objects.values().get() == before


def test_a_new_version_is_a_copy_to_change(office, used):
    response = office.post(f"{PROFILES}{used.pk}/new_version/")
    copied = ScoringProfile.objects.get(version=2)
    assert response.url == page_of(copied)
    assert values(copied) == values(used)
    assert not copied.is_default
    assert office.post(page_of(copied), values(copied, weight_areas=50, weight_region=25)).status_code == 302
    used.refresh_from_db()
    assert used.weight_areas == 45


def test_the_next_runs_use_the_one_that_is_chosen(office, used):
    copied = ScoringProfileFactory(version=2)
    assert office.post(f"{PROFILES}{copied.pk}/use/").url == page_of(copied)
    assert default_profile() == copied
    assert ScoringProfile.objects.filter(is_default=True).count() == 1


def test_a_new_profile_is_numbered_and_not_yet_used(office, profile):
    form = values(profile, code="careful", version=7, is_default="on")
    assert office.post(f"{PROFILES}add/", form).status_code == 302
    made = ScoringProfile.objects.get(code="careful")
    assert (made.version, made.is_default) == (1, False)
    office.post(f"{PROFILES}add/", values(profile, code="default"))
    assert ScoringProfile.objects.filter(code="default", version=2).exists()


def test_a_reviewer_looks_only(desk, profile):
    page = desk.get(page_of(profile)).content.decode()
    assert "New version" not in page
    assert desk.get(PROFILES).status_code == 200
    for address in (page_of(profile), f"{PROFILES}{profile.pk}/new_version/", f"{PROFILES}{profile.pk}/use/"):
        assert desk.post(address, values(profile, weight_areas=40)).status_code == 403
    assert desk.get(f"{PROFILES}add/").status_code == 403
    assert ScoringProfile.objects.get().weight_areas == 45


def test_nothing_is_done_by_get_or_deleted(office, profile):
    for name in ("new_version", "use"):
        assert office.get(f"{PROFILES}{profile.pk}/{name}/").status_code == 405
    assert office.post(f"{PROFILES}{profile.pk}/delete/", {"post": "yes"}).status_code == 403
    assert office.post(f"{PROFILES}424242/use/").status_code == 403
    assert ScoringProfile.objects.count() == 1


def test_only_a_manager_makes_a_version(reviewer, manager, profile):
    with pytest.raises(ValidationError):
        new_version(profile=profile, by=reviewer)
    assert [new_version(profile=profile, by=manager).version for _time in range(2)] == [2, 3]


@pytest.mark.parametrize("number", [1, 20])
def test_the_queries_do_not_grow(office, profile, number, django_assert_num_queries):
    for version in range(2, 2 + number):
        MatchRunFactory(profile=ScoringProfileFactory(version=version))
    with django_assert_num_queries(6):  # session, user, affiliations, count, count of all, profiles
        office.get(PROFILES)
    assert MatchRun.objects.count() == number


def test_scores_are_given_and_read_in_percent(office, profile):
    assert 'name="min_score" value="35"' in office.get(page_of(profile)).content.decode()
    assert office.post(page_of(profile), values(profile, min_score="35.5001", good_from="40.0")).status_code == 302
    profile.refresh_from_db()
    assert (profile.min_score, profile.good_from) == (355_001, 400_000)
    assert "35.5001" in office.get(PROFILES).content.decode()


def test_a_used_profile_is_read_in_percent_too(office, used):
    page = office.get(page_of(used)).content.decode()
    assert "Strong fit from, percent" in page
    assert "millionths" not in page
    assert "600,000" not in page
