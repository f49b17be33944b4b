"""What PostgreSQL reads for a page: the most rows that one node of the plan of one of its queries read."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

COUNTS = ("COUNT(", "SELECT DISTINCT", "GROUP BY", "EXISTS(SELECT 1 AS")


def most_rows_read(work: Callable[[], Any], *, but: Callable[[str], bool] | None = None) -> tuple[int, str]:
    """Return the most rows that a node read, those removed by its filter among them, and the query it belongs to.

    but: says of which queries it is not asked; by default of counts and of what is offered to choose.
    """
    queries: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    left_out = but or (lambda sql: sql.startswith("SELECT COUNT(") or "GROUP BY" in sql or 'AS "found"' in sql)
    most, worst = 0, ""
    for sql, params in queries:
        if not sql.lstrip("( ").upper().startswith("SELECT") or "FOR UPDATE" in sql or left_out(sql):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            plan = cursor.fetchone()[0]
        plan = json.loads(plan) if isinstance(plan, str) else plan
        for node in nodes_of(plan[0]["Plan"]):
            rows = rows_of(node)
            if rows > most:
                most, worst = rows, sql
    return most, worst


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a node of a plan and all below it."""
    yield node
    for child in node.get("Plans", ()):
        yield from nodes_of(child)


def rows_of(node: dict[str, Any]) -> int:
    """Return how many rows a node read: what it gave and what it threw away, each time that it was run."""
    removed = sum(value for name, value in node.items() if name.startswith("Rows Removed by"))
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])
