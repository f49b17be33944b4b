"""The sequencer: nothing is lost wherever it stops, nothing is told twice, and nothing late is passed over."""

import threading
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from feed import ready, waking
from feed.audiences import FeedAudience
from feed.listed import form
from feed.marking import triggers
from feed.models import Feed, FeedMark, FeedState, Sequencer
from feed.ready import is_kept_up
from feed.sequencing import beginning, sequencer
from feed.sequencing.beginning import ask_for_a_pass
from feed.sequencing.comparing import note_changes
from matching.models import Match
from surveys.models import Offer
from tests.factories import AgencyFactory, MatchFactory, PublishedOfferFactory
from tests.feed.copying import CHANGES, Copy, seen, sequence
from web import bulk
from web.calendar.days import today

pytestmark = pytest.mark.django_db


def positions() -> list[int | None]:
    return list(FeedState.objects.filter(audience=FeedAudience.ANONYMOUS).values_list("position", flat=True))


def test_wherever_it_is_killed_the_next_one_ends_what_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    PublishedOfferFactory.create_batch(5)
    sequence()
    copy = Copy(Client())
    copy.update()
    Offer.objects.update(title="Another")
    monkeypatch.setattr(sequencer, "MARKS_A_BLOCK", 2)
    for stops_after in (0, 1, 2, 0, 3):
        calls = iter(range(100))

        def stop(*arguments: Any, calls: Any = calls, after: int = stops_after, **named: Any) -> int:
            if next(calls) == after:
                raise KeyboardInterrupt
            return note_changes(*arguments, **named)

        with mock.patch.object(sequencer, "note_changes", stop), pytest.raises(KeyboardInterrupt):
            sequencer.bring_up_to_date()
        copy.update()
    with (
        mock.patch.object(sequencer, "give_positions", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        sequencer.bring_up_to_date()
    sequence()

    told = copy.update()

    assert copy.rows == seen(FeedAudience.ANONYMOUS)
    assert [change["kind"] for change in copy.told].count("offers") == 10
    assert len([change for change in told if change["kind"] == "offers"]) == 5


def test_what_changes_nothing_for_an_audience_takes_no_position_of_it() -> None:
    match = MatchFactory()
    sequence()
    before = {feed.audience: feed.position for feed in Feed.objects.all()}

    Match.objects.filter(pk=match.pk).update(shown_changed_at=None, is_shown=False)
    sequence()

    assert Feed.objects.get(audience=FeedAudience.ANONYMOUS).position == before[FeedAudience.ANONYMOUS]
    assert Feed.objects.get(audience=FeedAudience.READ_MATCHES).position == before[FeedAudience.READ_MATCHES] + 1


def test_positions_have_no_gap_beyond_what_was_told_anew() -> None:
    offers = PublishedOfferFactory.create_batch(3)
    PublishedOfferFactory.create_batch(2, status="draft")
    sequence()
    last = Feed.objects.get(audience=FeedAudience.ANONYMOUS).position
    assert set(positions()) == set(range(1, last + 1))

    Offer.objects.filter(pk=offers[0].pk).update(title="Another")
    Offer.objects.filter(status="draft").update(title="Nobody sees it")
    sequence()

    assert Feed.objects.get(audience=FeedAudience.ANONYMOUS).position == last + 1


def test_positions_are_in_no_order_of_writing() -> None:
    """What is written and not seen, between what is, would tell of itself by the order."""
    offers = PublishedOfferFactory.create_batch(3)
    sequence()
    for offer in reversed(offers):
        Offer.objects.filter(pk=offer.pk).update(title="Another")
    sequence()

    changed = FeedState.objects.filter(audience=FeedAudience.ANONYMOUS, kind="offers").order_by("position")
    ids = list(changed.values_list("public_id", flat=True))
    assert ids == sorted(ids)


def test_a_write_that_is_taken_back_leaves_no_mark() -> None:
    FeedMark.objects.all().delete()
    with transaction.atomic():
        PublishedOfferFactory()
        assert FeedMark.objects.exists()
        transaction.set_rollback(True)
    assert not FeedMark.objects.exists()


def test_rows_written_past_the_orm_are_marked() -> None:
    match = MatchFactory()
    FeedMark.objects.all().delete()
    ids = np.array([match.pk], dtype=np.int64)
    with transaction.atomic():
        bulk.update(Match, ids, {"shown_changed_at": None, "is_shown": "false" if bulk.is_postgresql() else 0})

    assert {(mark.what, mark.key) for mark in FeedMark.objects.all()} == {("match", str(match.pk))}


def test_what_hangs_on_a_row_is_told_with_it() -> None:
    agency = AgencyFactory(code="before")
    offer = PublishedOfferFactory(agency=agency)
    match = MatchFactory(offer=offer)
    sequence()
    copy = Copy(Client())
    copy.update()

    type(agency).objects.filter(pk=agency.pk).update(code="after")
    sequence()

    told = {(change["kind"], change["id"], change["change"]) for change in copy.update()}
    assert told == {
        ("agencies", "after", "upsert"),
        ("agencies", "before", "gone"),
        ("offers", str(offer.pk), "upsert"),
    }
    state = FeedState.objects.get(audience=FeedAudience.READ_MATCHES, kind="matches", public_id=match.public_id)
    assert state.position is not None
    assert state.position > 3


def test_a_pass_finds_what_no_trigger_saw() -> None:
    offer = PublishedOfferFactory(title="Before")
    kept = PublishedOfferFactory()
    sequence()
    copy = Copy(Client())
    copy.update()
    Offer.objects.filter(pk=offer.pk).delete()
    Offer.objects.filter(pk=kept.pk).update(title="Unseen")
    FeedMark.objects.all().delete()
    sequence()
    assert copy.update() == []

    assert ask_for_a_pass(today()) == 0
    Sequencer.objects.update(passed_on="2020-01-01")
    assert (ask_for_a_pass(today()), ask_for_a_pass(today())) == (1, 0)
    sequence()

    assert {(change["id"], change["change"]) for change in copy.update()} == {
        (str(offer.pk), "gone"),
        (str(kept.pk), "upsert"),
    }


def test_what_people_write_does_not_wait_for_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    offers = PublishedOfferFactory.create_batch(4)
    sequence()
    copy = Copy(Client())
    copy.update()
    beginning.mark_everything()
    Offer.objects.filter(pk=offers[-1].pk).update(title="Now")
    monkeypatch.setattr(sequencer, "MARKS_A_BLOCK", 1)
    # So long that the block of what was written, the matches that hang on it and one block of the pass are done.
    ticks = iter([0.0, 0.0, 0.0, 30.0])
    # The sequencer's own clock: others read that of all in between.
    monkeypatch.setattr(sequencer, "time", SimpleNamespace(monotonic=lambda: next(ticks)))

    assert not sequencer.bring_up_to_date()

    assert [change["id"] for change in copy.update()] == [str(offers[-1].pk)]
    assert FeedMark.objects.filter(of_a_pass=True).exists()


def test_every_watched_table_has_its_triggers_and_they_come_back() -> None:
    assert triggers._present(connection) == set(triggers._wanted(connection.vendor))
    PublishedOfferFactory()
    sequence()
    table, name = min(triggers._present(connection))
    with connection.cursor() as cursor:
        cursor.execute(triggers._drop(connection.vendor, table, name))

    triggers.keep_triggers("default")

    assert (table, name) in triggers._present(connection)
    assert Sequencer.objects.get().passed_on is None  # what was written meanwhile is looked for
    sequence()
    assert Sequencer.objects.get().passed_on == today()


def test_triggers_do_not_stand_in_the_way_of_a_migration_of_their_own_table() -> None:
    plan = [(mock.Mock(app_label="feed"), False)]
    triggers.drop_before_marks_are_made_anew("default", plan=[(mock.Mock(app_label="surveys"), False)])
    assert triggers._present(connection)

    triggers.drop_before_marks_are_made_anew("default", plan=plan)

    assert bool(triggers._present(connection)) == (connection.vendor == "postgresql")
    triggers.keep_triggers("default")
    assert triggers._present(connection) == set(triggers._wanted(connection.vendor))


def test_a_restored_database_gets_feeds_of_another_id(monkeypatch: pytest.MonkeyPatch) -> None:
    sequence()
    before = set(Feed.objects.values_list("feed_id", flat=True))
    monkeypatch.setattr(beginning, "place", lambda: "elsewhere")

    sequence()

    assert not before & set(Feed.objects.values_list("feed_id", flat=True))


def test_another_version_of_the_lists_is_compared_anew_before_it_is_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    PublishedOfferFactory()
    sequence()
    for module in (beginning, ready):
        monkeypatch.setattr(module, "form", lambda: "another")
    assert client.get(CHANGES).status_code == 503
    sequence()
    assert client.get(CHANGES).status_code == 200
    assert len(form()) == 16


def test_the_command_renews_the_feeds(capsys: pytest.CaptureFixture[str]) -> None:
    sequence()
    before = set(Feed.objects.values_list("feed_id", flat=True))

    call_command("renew_feed")

    assert "new ids" in capsys.readouterr().out
    assert not before & set(Feed.objects.values_list("feed_id", flat=True))


def test_it_is_told_when_it_falls_behind() -> None:
    sequence()
    assert is_kept_up()
    FeedMark.objects.create(what="offer", key="1", of_a_pass=True, made_at="2026-01-01T00:00Z")
    assert is_kept_up()
    FeedMark.objects.create(what="offer", key="1", made_at="2026-01-01T00:00Z")
    assert not is_kept_up()


def test_workers_are_told_once_a_transaction(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    with mock.patch.object(waking, "hand_out") as hand_out:
        with django_capture_on_commit_callbacks(execute=True):
            PublishedOfferFactory()
        hand_out.assert_not_called()
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:6379/0"
        with django_capture_on_commit_callbacks(execute=True):
            PublishedOfferFactory.create_batch(2)
        hand_out.assert_called_once_with(waking.TASK)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_commit_that_comes_late_is_not_passed_over() -> None:
    early, late = PublishedOfferFactory(), PublishedOfferFactory()
    sequence()
    copy = Copy(Client())
    copy.update()
    has_written, may_commit = threading.Event(), threading.Event()

    def write_late() -> None:
        with transaction.atomic():
            Offer.objects.filter(pk=late.pk).update(title="Late")
            has_written.set()
            may_commit.wait(30)
        connection.close()

    writer = threading.Thread(target=write_late)
    writer.start()
    assert has_written.wait(30)
    Offer.objects.filter(pk=early.pk).update(title="Early")
    sequence()
    assert [change["id"] for change in copy.update()] == [str(early.pk)]
    may_commit.set()
    writer.join()
    sequence()

    assert [change["id"] for change in copy.update()] == [str(late.pk)]
    assert copy.rows == seen(FeedAudience.ANONYMOUS)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_goes_away() -> None:
    sequence()
    PublishedOfferFactory()
    is_held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Sequencer.objects.select_for_update().get()
            is_held.set()
            may_end.wait(30)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert is_held.wait(30)
    assert not sequencer.bring_up_to_date()
    assert FeedMark.objects.exists()
    may_end.set()
    other.join()
    sequence()
    assert not FeedMark.objects.exists()
