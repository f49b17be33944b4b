"""Migrations of the matching on tables with rows in them, on either database: forward, back, and forward again."""

import datetime as dt
from typing import Any

import pytest

from tests.migrating import migrate, stand_at

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = ("matching", "0008_plans_as_jobs"), ("matching", "0013_runs_and_plans_as_jobs")
STATE = ("status", "rank_for_need", "rank_for_offer", "decided_on", "refused_until")
TERM, SAID = dt.date(2027, 1, 1), {"score": 1}
Cases = list[tuple[tuple[Any, ...], tuple[Any, ...]]]
MATCHES: Cases = [
    (("lapsed", 1, 2, SAID, TERM), ("lapsed", None, None, SAID, None)),
    (("suggested", 1, None, SAID, TERM), ("suggested", 1, None, None, None)),
    (("proposed", None, 2, None, None), ("proposed", None, None, {}, None)),
    (("not_taken_forward", None, None, SAID, TERM), ("not_taken_forward", None, None, SAID, TERM)),
]
OPTIONS: Cases = [
    (("suggested", 1, SAID), ("suggested", 1, None)),
    (("set_aside", 2, None), ("set_aside", None, {})),
    (("lapsed", 3, None), ("lapsed", None, None)),
]


@pytest.mark.any_database
def test_states_runs_and_plans_are_kept_forward_and_back(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, BEFORE)
    country = rows_of("directory", "Country").create(iso3="QQQ", iso2="QQ", m49="999", name="Test")
    profile = rows_of("matching", "ScoringProfile").create(code="default", version=1)
    need = rows_of("surveys", "Need").create(title="Need", country=country, stated_on=TERM)
    offers = [rows_of("surveys", "Offer").create(title="Offer", country=country, stated_on=TERM) for _ in range(5)]
    parts = dict.fromkeys(("score", "part_areas", "part_modalities", "part_region", "part_topic"), 0)
    scored = {"need": need, "profile": profile, **parts}
    for offer, (before, _after) in zip(offers, MATCHES, strict=False):
        rows_of("matching", "Match").create(offer=offer, **scored, **dict(zip(STATE, before, strict=True)))
    for offer, ((status, rank, said), _after) in zip(offers, OPTIONS, strict=False):
        rows_of("matching", "TriangularOption").create(
            pivotal_offer=offer, facilitating_offer=offers[4], status=status, rank=rank, decided_on=said, **scored
        )
    runs = [
        rows_of("matching", "MatchRun").create(profile=profile, on=TERM, state=state, progress=progress)
        for state, progress in (("running", 40), ("finished", 100))
    ]
    manager = rows_of("directory", "User").create(email="manager@example.org")
    plan = rows_of("matching", "Allocation").create(by=manager, state="making")
    rows_of = migrate(throwaway, AFTER)
    assert list(rows_of("matching", "MatchRun").order_by("pk").values_list("done", "of")) == [(40, 100), (100, 100)]
    assert rows_of("matching", "Allocation").get(pk=plan.pk).state == "failed"
    assert list(rows_of("matching", "Match").order_by("pk").values_list(*STATE)) == [
        after for _before, after in MATCHES
    ]
    options = rows_of("matching", "TriangularOption").order_by("pk").values_list("status", "rank", "decided_on")
    assert list(options) == [after for _before, after in OPTIONS]

    rows_of("matching", "MatchRun").filter(pk=runs[0].pk).update(done=3, of=12, heartbeat_at=None)
    rows_of = migrate(throwaway, BEFORE)
    assert list(rows_of("matching", "MatchRun").order_by("pk").values_list("progress", flat=True)) == [25, 100]
    assert not rows_of("matching", "MatchRun").filter(heartbeat_at=None).exists()
    migrate(throwaway, AFTER)


SHOWN = ("is_shown", "shown_score", "shown_part_areas", "shown_rank_for_need", "shown_by")


@pytest.mark.any_database
def test_others_are_shown_what_stands_until_the_next_run(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, AFTER)
    country = rows_of("directory", "Country").create(iso3="QQQ", iso2="QQ", m49="999", name="Test")
    profile = rows_of("matching", "ScoringProfile").create(code="default", version=1)
    need = rows_of("surveys", "Need").create(title="Need", country=country, stated_on=TERM)
    parts = dict.fromkeys(("part_areas", "part_modalities", "part_region", "part_topic"), 2)
    for status, rank, said in (("suggested", 1, None), ("set_aside", None, SAID), ("lapsed", None, None)):
        offer = rows_of("surveys", "Offer").create(title="Offer", country=country, stated_on=TERM)
        scored = {"need": need, "offer": offer, "profile": profile, "score": 8, **parts}
        rows_of("matching", "Match").create(status=status, rank_for_need=rank, decided_on=said, **scored)
    rows_of = migrate(throwaway, ("matching", "0016_what_is_shown_is_whole"))
    assert list(rows_of("matching", "Match").order_by("pk").values_list(*SHOWN)) == [
        (True, 8, 2, 1, profile.pk),
        (True, 8, 2, None, profile.pk),
        (False, None, None, None, None),
    ]
    rows_of = migrate(throwaway, AFTER)
    assert rows_of("matching", "Match").count() == 3
    migrate(throwaway, ("matching", "0016_what_is_shown_is_whole"))


BEFORE_WORDS, WITH_WORDS = ("matching", "0016_what_is_shown_is_whole"), ("matching", "0019_what_is_shown_has_a_word")


@pytest.mark.any_database
def test_each_row_keeps_the_word_that_it_was_shown_with_and_each_profile_its_scores(
    throwaway: str, settings: Any
) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, BEFORE_WORDS)
    country = rows_of("directory", "Country").create(iso3="QQQ", iso2="QQ", m49="999", name="Test")
    bounds = {"strong_from": 600_000, "good_from": 400_000}
    profile = rows_of("matching", "ScoringProfile").create(code="default", version=1, **bounds)
    need = rows_of("surveys", "Need").create(title="Need", country=country, stated_on=TERM)
    none = dict.fromkeys(("part_modalities", "part_region", "part_topic"), 0)
    offers = []
    for score, shown in ((600_000, 399_999), (599_999, 400_000), (399_999, None)):
        offer = rows_of("surveys", "Offer").create(title="Offer", country=country, stated_on=TERM)
        offers.append(offer)
        seen: dict[str, Any] = {}
        if shown is not None:
            moments = dict.fromkeys(("shown_since", "shown_changed_at"), dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
            others = {f"shown_{name}": 0 for name in none}
            seen = {"is_shown": True, "shown_by": profile, "shown_score": shown, "shown_part_areas": shown, **others}
            seen |= moments
        rows_of("matching", "Match").create(
            need=need, offer=offer, profile=profile, status="suggested", score=score, part_areas=score, **none, **seen
        )
    released = {
        "released_at": dt.datetime(2026, 11, 2, tzinfo=dt.UTC),
        "released_score": 1,
        "released_as": {"fit": "good"},
    }
    rows_of("matching", "Match").filter(offer=offers[0]).update(**released)
    rows_of("matching", "TriangularOption").create(
        need=need, pivotal_offer=offers[0], facilitating_offer=offers[1], profile=profile, status="suggested",
        score=400_000, part_areas=400_000, **none,
    )  # fmt: skip

    rows_of = migrate(throwaway, WITH_WORDS)

    words = rows_of("matching", "Match").order_by("pk").values_list("word", "shown_word", "released_word")
    assert list(words) == [(2, 0, 1), (1, 1, None), (0, None, None)]
    assert rows_of("matching", "TriangularOption").get().word == 1
    kept = rows_of("matching", "ScoringProfile").get()
    assert (kept.unstated_modalities, kept.unstated_topic, kept.min_score) == (0, 0, profile.min_score)
    rows_of = migrate(throwaway, BEFORE_WORDS)
    assert rows_of("matching", "Match").count() == 3
    migrate(throwaway, WITH_WORDS)


def test_a_step_from_paper_refers_to_its_letter_forward_and_back(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    before, after = ("matching", "0022_answers_have_a_term"), ("matching", "0024_steps_from_paper")
    rows_of = stand_at(throwaway, before)
    country = rows_of("directory", "Country").create(iso3="QQQ", iso2="QQ", m49="999", name="Test")
    profile = rows_of("matching", "ScoringProfile").create(code="default", version=1)
    manager = rows_of("directory", "User").create(email="manager@example.org")
    need = rows_of("surveys", "Need").create(title="Need", country=country)
    offer = rows_of("surveys", "Offer").create(title="Offer", country=country)
    parts = dict.fromkeys(("score", "part_areas", "part_modalities", "part_region", "part_topic"), 0)
    match = rows_of("matching", "Match").create(
        need=need, offer=offer, profile=profile, status="proposed", decided_on={}, word=1, **parts
    )
    on_paper = {"answer": "interested", "reference": "NV/1", "dated_on": "2026-11-20"}
    for side, details in (("need", on_paper), ("offer", {"answer": "interested"}), ("", None)):
        rows_of("matching", "MatchEvent").create(
            match=match, kind="answered", from_status="proposed", to_status="proposed", by=manager, side=side,
            details=details,
        )  # fmt: skip
    for _again in range(2):
        rows_of = migrate(throwaway, after)
        events = rows_of("matching", "MatchEvent").order_by("pk")
        letter = rows_of("directory", "Paper").get()
        assert (letter.reference, letter.dated_on, letter.country_id) == ("NV/1", dt.date(2026, 11, 20), "QQQ")
        assert (letter.recorded_by_id, letter.is_for_approvers) == (manager.pk, False)
        assert list(events.values_list("paper", "details")) == [
            (letter.pk, {"answer": "interested"}),
            (None, {"answer": "interested"}),
            (None, None),
        ]
        rows_of = migrate(throwaway, before)
        said = rows_of("matching", "MatchEvent").order_by("pk").values_list("details", flat=True)
        assert list(said) == [on_paper, {"answer": "interested"}, None]


def test_a_held_objection_has_its_last_day_and_leaves_it_on_the_way_back(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    before, after = ("matching", "0025_why_a_side_declines"), ("matching", "0026_objections_are_held")
    rows_of = stand_at(throwaway, before)
    country = rows_of("directory", "Country").create(iso3="QQQ", iso2="QQ", m49="999", name="Test")
    profile = rows_of("matching", "ScoringProfile").create(code="default", version=1)
    need = rows_of("surveys", "Need").create(title="Need", country=country)
    offer = rows_of("surveys", "Offer").create(title="Offer", country=country)
    parts = dict.fromkeys(("score", "part_areas", "part_modalities", "part_region", "part_topic"), 0)
    match = rows_of("matching", "Match").create(
        need=need, offer=offer, profile=profile, status="proposed", decided_on={}, word=1, **parts
    )
    moment = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    rows_of("matching", "MatchSide").create(
        match=match, side="need", answer="not_now", refusal_reason="time", take_back_until=TERM,
        asked_at=moment, answered_at=moment,
    )  # fmt: skip
    rows_of("matching", "MatchSide").create(match=match, side="offer", clearance="objected")
    for _again in range(2):
        rows_of = migrate(throwaway, after)
        sides = rows_of("matching", "MatchSide").order_by("side")
        assert list(sides.values_list("take_back_until", flat=True)) == [TERM, None]
        sides.filter(side="offer").update(take_back_until=TERM)
        rows_of = migrate(throwaway, before)
        kept = rows_of("matching", "MatchSide").order_by("side").values_list("clearance", "take_back_until")
        assert list(kept) == [("not_needed", TERM), ("objected", None)]
