"""The state of matches and options: one module writes it, and the database holds what goes with each state."""

import ast
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from matching.choices import MatchStatus, OptionStatus
from matching.life import steps
from matching.models import Match, TriangularOption
from tests.factories import MatchFactory, TriangularOptionFactory, put_in

WRITES = frozenset(
    {
        "update", "bulk_update", "bulk_create", "create", "get_or_create", "update_or_create", "save", "delete",
        "insert", "asave", "adelete", "aupdate",
    }
)  # fmt: skip
ROWS = frozenset({"Match", "TriangularOption", "MatchEvent", "TriangularEvent"})
RELATIONS = frozenset({"matches", "events", "triangular_options", "pivotal_options", "facilitating_options"})
ITS_ROWS = frozenset({"match", "option", "event"})
STATE = frozenset({"status", "rank", "rank_for_need", "rank_for_offer", "decided_on", "refused_until"})


def writes_of_states(source: str) -> list[str]:
    """Return the calls and assignments that write a match, an option or an event, by their usual names."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [node for node in nodes if isinstance(node, ast.Call) and _writes_a_state(node)]
    sets = [
        node
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and node.attr in STATE
        and isinstance(node.value, ast.Name)
        and node.value.id in ITS_ROWS
    ]
    return [ast.unparse(node) for node in (*calls, *sets)]


def _writes_a_state(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    receiver = call.func.value
    if isinstance(receiver, ast.Name):
        if receiver.id == "bulk":
            return bool(call.args) and ast.unparse(call.args[0]) in ROWS | {"model"}
        return receiver.id in ITS_ROWS and call.func.attr in ("save", "delete")
    names = {part.id for part in ast.walk(receiver) if isinstance(part, ast.Name)}
    attributes = {part.attr for part in ast.walk(receiver) if isinstance(part, ast.Attribute)}
    return ("objects" in attributes and bool(names & ROWS or attributes & {"model", "event"})) or bool(
        attributes & RELATIONS
    )


@pytest.mark.parametrize(
    "source",
    [
        "match.save(update_fields=['status'])",
        "option.delete()",
        "match.status = 'agreed'",
        "option.rank = None",
        "Match.objects.filter(pk=1).update(status='agreed')",
        "TriangularOption.objects.bulk_update(rows, ['rank'])",
        "MatchEvent.objects.create(match=one, kind='noted')",
        "match.events.create(kind='noted')",
        "offer.matches.filter(status='suggested').update(status='lapsed')",
        "bulk.update(Match, ids, columns)",
        "life.event.objects.bulk_create(rows)",
    ],
)
def test_the_scan_sees_a_write(source: str) -> None:
    assert writes_of_states(source)


def test_nothing_writes_a_state_but_the_one_module() -> None:
    found = {}
    for app in ("web", "directory", "surveys", "matching", "practices", "workspace", "desk", "ssc_portal"):
        for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py")):
            if "migrations" not in path.parts and (writes := writes_of_states(path.read_text(encoding="utf-8"))):
                found[path] = writes
    assert len(found.pop(Path(steps.__file__))) >= 5
    assert found == {}


A_TERM = {"refused_until": dt.date(2027, 1, 1)}
NOT_SUGGESTED = sorted(set(MatchStatus) - {MatchStatus.SUGGESTED})
PLACE_WITHOUT_SUGGESTION = [
    *((MatchFactory, status, {place: 1}) for status in NOT_SUGGESTED for place in ("rank_for_need", "rank_for_offer")),
    *((TriangularOptionFactory, status, {"rank": 1}) for status in sorted(set(OptionStatus) - {"suggested"})),
]
DECISIONS = [
    *((MatchFactory, status, {"decided_on": None}) for status in sorted(set(NOT_SUGGESTED) - {MatchStatus.LAPSED})),
    *((TriangularOptionFactory, status, {"decided_on": None}) for status in ("proposed", "set_aside")),
    (MatchFactory, MatchStatus.SUGGESTED, {"decided_on": {}}),
    (TriangularOptionFactory, OptionStatus.SUGGESTED, {"decided_on": {}}),
]
TERMS = [(MatchFactory, status, A_TERM) for status in sorted(set(MatchStatus) - {MatchStatus.NOT_TAKEN_FORWARD})]


@pytest.mark.django_db
@pytest.mark.any_database
@pytest.mark.parametrize(
    ("constraint", "cases"),
    [("places_of_suggestions", PLACE_WITHOUT_SUGGESTION), ("decided_on_something", DECISIONS), ("a_refusal", TERMS)],
)
def test_the_database_holds_what_goes_with_a_state(constraint: str, cases: list[tuple[Any, Any, dict[str, Any]]]):
    rows = {maker: maker() for maker in (MatchFactory, TriangularOptionFactory)}
    for maker, status, values in cases:
        row = rows[maker]
        put_in(status, row)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**values)


@pytest.mark.django_db
@pytest.mark.any_database
def test_each_state_can_stand_with_what_goes_with_it() -> None:
    match, option = MatchFactory(), TriangularOptionFactory()
    for status in MatchStatus:
        put_in(status, match)
    put_in(MatchStatus.NOT_TAKEN_FORWARD, match, **A_TERM)
    put_in(MatchStatus.SUGGESTED, match, rank_for_need=3)
    for state in OptionStatus:
        put_in(state, option)
    assert Match.objects.get().rank_for_need == 3
    assert TriangularOption.objects.get().status == OptionStatus.LAPSED
