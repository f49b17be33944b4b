"""The topic: what a text says, kept once; what a run makes of it; and where it is off."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching import topic
from matching.engine import MEANING_UNIT, WORDS_UNIT
from matching.models import Match, ScoringProfile, TextVectors
from matching.runs.rematch import rematch
from matching.runs.running import run_matching
from matching.scoring.explanation import explain
from matching.scoring.reasons import reasons
from matching.topic import stored
from matching.topic.model import LONGEST
from matching.topic.vectors import vectors_of
from matching.topic.words import MOST_TERMS, words_of
from surveys.models import Need
from surveys.postings.shown.own_words import own_words
from tests.factories import (
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ResponseFactory,
    TargetFactory,
)
from web.calendar.days import today

pytestmark = pytest.mark.django_db

RICE = "Rice post-harvest losses: training in drying and storage"
ABOUT_RICE = "Drying and storage of rice, so that less of the harvest is lost"
POTATOES = "Certified seed potatoes for the highlands"
RICE_IN_FRENCH = "Pertes après récolte du riz : formation au séchage et au stockage"


def shared(one: str, other: str) -> float:
    first, second = (dict(zip(*map(np.ndarray.tolist, words_of(text)), strict=True)) for text in (one, other))
    return sum(weight * second.get(term, 0) for term, weight in first.items()) / WORDS_UNIT**2


def alike(one: str, other: str) -> float:
    first, second = (said.meaning.astype(int) for said in vectors_of([one, other]))
    return float(first @ second) / MEANING_UNIT**2


@pytest.mark.any_database
def test_texts_on_one_matter_share_words_and_others_do_not():
    assert shared(RICE, ABOUT_RICE) > 0.2
    assert shared(RICE, POTATOES) < 0.02
    assert shared(RICE, RICE) == pytest.approx(1, abs=0.001)


@pytest.mark.any_database
def test_frequent_words_say_nothing():
    assert len(words_of("The and of the in to a").term) == 0


@pytest.mark.any_database
def test_meaning_is_found_across_languages():
    assert alike(RICE, RICE_IN_FRENCH) > 0.5
    assert alike(RICE, RICE_IN_FRENCH) > alike(POTATOES, RICE_IN_FRENCH) + 0.2


@pytest.mark.any_database
@pytest.mark.parametrize(
    "text", ["", "  \n ", "!!!", "\0", "\u202e\u200b", "=cmd()", "😀" * 50, "x" * 100_000, "稻米" * 5_000]
)
def test_any_text_has_a_vector_of_bounded_size(text: str):
    [said] = vectors_of([text])
    assert len(said.words.term) <= MOST_TERMS
    assert np.all(np.diff(said.words.term) > 0)
    assert np.all(said.words.weight > 0)


@pytest.mark.any_database
def test_the_meaning_of_a_long_text_is_that_of_its_beginning():
    long = f"{RICE}. " * 400
    meaning, beginning = (said.meaning for said in vectors_of([long, long[:LONGEST]]))
    assert len(long) > LONGEST
    assert np.array_equal(meaning, beginning)


@pytest.mark.any_database
def test_a_text_does_not_depend_on_what_stands_beside_it():
    alone, beside = vectors_of([RICE])[0], vectors_of([POTATOES, RICE])[1]
    assert np.array_equal(alone.words.term, beside.words.term)
    assert np.array_equal(alone.words.weight, beside.words.weight)
    assert np.abs(alone.meaning.astype(int) - beside.meaning).max() <= 1


def test_a_text_is_worked_out_once(monkeypatch: pytest.MonkeyPatch):
    first = stored.stored_vectors({RICE, ""})
    monkeypatch.setattr(stored, "vectors_of", lambda texts: pytest.fail(f"worked out again: {texts}"))
    again = stored.stored_vectors({RICE, ""})
    assert np.array_equal(first[RICE].meaning, again[RICE].meaning)
    assert np.array_equal(first[RICE].words.term, again[RICE].words.term)
    assert np.array_equal(first[RICE].words.weight, again[RICE].words.weight)
    assert len(again[""].words.term) == 0
    assert TextVectors.objects.count() == 1


def test_what_nothing_needs_is_forgotten_and_what_is_used_is_kept():
    stored.stored_vectors({RICE, POTATOES})
    TextVectors.objects.update(used_on=today() - dt.timedelta(days=100))
    stored.stored_vectors({RICE})
    assert stored.forget_unused(today()) == 1
    assert bytes(TextVectors.objects.get().digest) == stored.digest_of(RICE)


@pytest.fixture
def cambodia():
    return CountryFactory(iso3="KHM")


def posted(cambodia, *, text, language="en"):
    """A need on rice, and two offers alike but for their text: on potatoes, confirmed later, and on rice."""
    wanted = PublishedNeedFactory(country=cambodia, title="Rice", text=RICE, areas=["energy"])
    offers = []
    for said, days in ((POTATOES, 0), (text, 9)):
        offer = PublishedOfferFactory(
            country=CountryFactory(iso3="THA"),
            title="Offer",
            text=said,
            language=language,
            areas=["energy"],
            confirmed_on=today() - dt.timedelta(days=days),
        )
        TargetFactory(offer=offer, country=cambodia)
        offers.append(offer)
    return wanted, offers


@pytest.mark.parametrize(("text", "language"), [(ABOUT_RICE, "en"), (RICE_IN_FRENCH, "fr")])
def test_seed_potatoes_do_not_come_before_rice(cambodia, text: str, language: str):
    need, (_, rice) = posted(cambodia, text=text, language=language)
    run = run_matching()
    best = Match.objects.get(need=need, rank_for_need=1)
    assert best.offer == rice
    assert best.part_topic > 150_000
    assert best.score == best.part_areas + best.part_modalities + best.part_region + best.part_topic
    assert run.topic_version == topic.topic_version()
    explanation = explain(need=need, offer=rice)
    assert explanation["score"] == best.score
    assert explanation["topic"]["other_language"] == (language == "fr")
    [said] = [sentence for sentence in reasons(explanation) if "texts" in sentence]
    assert ("different languages" in said) == (language == "fr")


def test_a_posting_alone_is_scored_as_a_run_scores_it(cambodia):
    need, _ = posted(cambodia, text=ABOUT_RICE)
    rematch(posting=need)
    alone = list(Match.objects.order_by("offer").values_list("offer", "score", "part_topic"))
    run_matching()
    assert list(Match.objects.order_by("offer").values_list("offer", "score", "part_topic")) == alone


@pytest.mark.any_database
def test_without_the_package_the_topic_is_off_for_every_pair(cambodia, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(topic, "PACKAGE", "no-such-package")
    need, (potatoes, rice) = posted(cambodia, text=ABOUT_RICE)
    run = run_matching()
    assert run.topic_version == ""
    assert not TextVectors.objects.exists()
    assert set(Match.objects.values_list("part_topic", flat=True)) == {0}
    explanation = explain(need=need, offer=rice)
    assert explanation["topic"] is None
    # The other weights make the whole: 25 + 15 + 20 of 60.
    assert explanation["criteria"][0]["total_weight"] == 60
    assert explanation["score"] == Match.objects.get(offer=rice).score == Match.objects.get(offer=potatoes).score


@pytest.mark.any_database
def test_a_profile_without_the_topic_reads_no_text(cambodia):
    ScoringProfile.objects.create(code="default", is_default=True, weight_areas=60, weight_topic=0)
    posted(cambodia, text=ABOUT_RICE)
    assert run_matching().topic_version == ""
    assert not TextVectors.objects.exists()


@pytest.mark.any_database
def test_what_the_portal_composed_of_a_survey_says_nothing(cambodia):
    composed = PublishedNeedFactory(
        country=cambodia, title="Cambodia seeks", text="As answered", response=ResponseFactory()
    )
    written = PublishedNeedFactory(country=cambodia, title="Rice", text=RICE)
    words = own_words(Need.objects.all(), is_offer=False)
    assert words[composed.pk].text == ""
    assert words[written.pk].text == f"Rice\n{RICE}"
    explanation = explain(need=composed, offer=PublishedOfferFactory(text=ABOUT_RICE))
    assert explanation["topic"]["need_has_no_text"]
    said = reasons(explanation)
    assert "The need has no text to compare. Unknown is neither yes nor no: this counts 20 %." in said
    assert "3 of 4 comparisons could be made." in said


COURSE = json.loads(Path(__file__).with_name("parallel_texts.json").read_text(encoding="utf-8"))["matters"][0]
"""The same course on flood warning in ten languages, written for the tests."""
FLOODS = "Forecasters have to learn how to warn villages of floods early: gauges, models and warnings"


def offered(language: str, *, english: str = "") -> dict[str, Any]:
    """How an offer of the course in this language stands against a need in English."""
    country = CountryFactory(iso3="KHM")
    need = PublishedNeedFactory(country=country, title="Flood warning", text=FLOODS, areas=["disaster"])
    offer = PublishedOfferFactory(
        country=CountryFactory(iso3="THA"), title=COURSE[language], text=COURSE[language], language=language,
        english_text=english, areas=["disaster"],
    )  # fmt: skip
    return explain(need=need, offer=offer)


@pytest.mark.any_database
@pytest.mark.parametrize("language", sorted(COURSE))
def test_a_course_counts_the_same_in_any_language_once_it_says_so_in_english(language: str):
    in_english, alone = offered("en"), offered(language)
    with_english = offered(language, english=COURSE["en"])
    assert in_english["score"] - with_english["score"] <= 100_000
    assert with_english["score"] >= alone["score"]
    # Alone, it is no further below than the level lets it be: the topic counts its fifth whatever the language.
    topic = alone["criteria"][-1]
    assert (topic["code"], topic["weight"]) == ("topic", 40)
    assert topic["contribution"] >= 80_000
    said = reasons(alone)
    assert [sentence for sentence in said if "adds nothing" in sentence or "has no text" in sentence] == []
    assert topic["is_comparable"] != any("cannot compare with each other" in sentence for sentence in said)


def test_a_run_stores_what_the_second_text_makes_of_a_pair(cambodia):
    need = PublishedNeedFactory(country=cambodia, title="Flood warning", text=FLOODS, areas=["disaster"])
    offer = PublishedOfferFactory(
        country=CountryFactory(iso3="THA"), title=COURSE["km"], text=COURSE["km"], language="km", areas=["disaster"]
    )
    TargetFactory(offer=offer, country=cambodia)
    run_matching()
    alone = Match.objects.get()
    type(offer).objects.filter(pk=offer.pk).update(english_text=COURSE["en"])
    run_matching()
    match = Match.objects.get()
    assert alone.part_topic == 80_000 < match.part_topic
    assert explain(need=need, offer=offer)["score"] == match.score
    assert "Compared by what the offer says in English." in " ".join(reasons(explain(need=need, offer=offer)))
