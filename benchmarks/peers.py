"""The ways a user would pick instead of the engine: the same score, gates and lists on the same tables.

Each takes the tables of `generated` (topic off) and returns the pairs in a list as need × number of offers + offer,
with their scores, by pair. All but the dense floats are exact; those leave ties to chance, as is usual.
"""

import io
import os
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.generated import N_AREAS, N_MODALITIES, Tables
from matching.engine import Suggestions, suggest
from matching.engine.search.lists import position_of

Found = tuple[NDArray[np.int64], NDArray[np.int64]]

SCORES = """
    SELECT n.position AS need, o.position AS offer,
        CAST(floor(45000000.0 * (5 * ({same} + {near})) / (100 * (10 * n.asked + {extra})) + 0.5) AS integer)
        + CASE WHEN n.forms = 0 OR o.forms = 0 THEN 0 ELSE
            CAST(floor(25000000.0 * (10 * {shared}) / (100 * (10 * n.forms_asked + {more})) + 0.5) AS integer) END
        + 3000 * r.level AS score
    FROM needs n
    JOIN reach r ON r.country = n.country
    JOIN offers o ON o.reach = r.number
    WHERE n.country <> o.country AND (n.agency <> o.agency OR n.agency < 0)
        AND (n.areas & o.near) <> 0 AND ((n.forms & o.forms) <> 0 OR n.forms = 0 OR o.forms = 0)
"""
"""Doubles are exact here: a tie, k + 1/2, is one, and no other quotient of such whole numbers comes near one."""
MASKS = {
    "same": "n.areas & o.areas",
    "near": "n.areas & o.near",
    "extra": "o.areas & ~n.near",
    "shared": "n.forms & o.forms",
    "more": "o.forms & ~n.forms",
}


def engine(tables: Tables) -> Found:
    """Suggest with the engine, the way that it takes by itself."""
    return _of(suggest(*tables), tables)


def engine_numpy(tables: Tables) -> Found:
    """Suggest with the engine, without the compiled loops."""
    return _of(suggest(*tables, way="numpy"), tables)


def double_loop(tables: Tables) -> Found:
    """The plain double loop over bit masks, compiled, on two threads: every pair scored, no list kept in mind."""
    from benchmarks.double_loop import best_pairs

    return best_pairs(tables)


def _of(found: Suggestions, tables: Tables) -> Found:
    pair = found.need_index * len(tables.offers) + found.offer_index
    order = np.argsort(pair)
    return pair[order], found.score[order].astype(np.int64)


def duckdb(tables: Tables) -> Found:
    """Set SQL in DuckDB on two threads: the best of each side by its aggregate of the largest k."""
    import duckdb as database

    connection = database.connect(":memory:", config={"threads": 2})
    for name, columns in _columns(tables).items():
        connection.register("arrays", columns)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arrays")
        connection.unregister("arrays")
    masks = {name: f"bit_count({mask})" for name, mask in MASKS.items()}
    n_needs, n_offers, top = len(tables.needs), len(tables.offers), tables.profile.top_k
    scores = SCORES.format(**masks).replace(".0 *", ".0::DOUBLE *")
    connection.execute(
        f"""CREATE TEMP TABLE best AS
        WITH scores AS MATERIALIZED ({scores}),
        listed AS (SELECT * FROM scores WHERE score >= {tables.profile.min_score}),
        by_need AS (SELECT need AS row, max(score::BIGINT * {n_offers} + ({n_offers} - 1 - offer), {top}) AS keys
            FROM listed GROUP BY need),
        by_offer AS (SELECT offer AS row, max(score::BIGINT * {n_needs} + ({n_needs} - 1 - need), {top}) AS keys
            FROM listed GROUP BY offer)
        SELECT true AS of_need, row, unnest(keys) AS key FROM by_need
        UNION ALL SELECT false, row, unnest(keys) FROM by_offer"""
    )
    rows = connection.execute("SELECT of_need, row, key FROM best").fetchnumpy()
    connection.close()
    return _union(tables, rows["of_need"].astype(bool), rows["row"].astype(np.int64), rows["key"].astype(np.int64))


def postgresql(tables: Tables) -> Found:
    """Set SQL in PostgreSQL: scores in a temporary table, the best of each side by window functions."""
    import psycopg2

    # The database that every server has: nothing is left in it, and that of the tests does not exist yet.
    connection = psycopg2.connect(os.environ["BENCHMARK_POSTGRESQL"].rpartition("/")[0] + "/postgres")
    cursor = connection.cursor()
    cursor.execute("SET work_mem = '1GB'")
    for name, columns in _columns(tables).items():
        cursor.execute(f"CREATE TEMP TABLE {name} ({', '.join(f'{column} integer' for column in columns)})")
        lines = "\n".join("\t".join(map(str, row)) for row in zip(*(v.tolist() for v in columns.values()), strict=True))
        cursor.copy_expert(f"COPY {name} FROM STDIN", io.StringIO(lines))
        cursor.execute(f"ANALYZE {name}")

    masks = {name: f"bit_count(({mask})::bit(32))" for name, mask in MASKS.items()}
    top = tables.profile.top_k
    cursor.execute(
        f"""WITH scores AS ({SCORES.format(**masks).replace(".0 *", ".0::float8 *")}),
        ranked AS (SELECT need, offer, score,
            row_number() OVER (PARTITION BY need ORDER BY score DESC, offer) AS for_need,
            row_number() OVER (PARTITION BY offer ORDER BY score DESC, need) AS for_offer
            FROM scores WHERE score >= {tables.profile.min_score})
        SELECT need, offer, score FROM ranked WHERE for_need <= {top} OR for_offer <= {top}"""
    )
    rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    connection.rollback()
    connection.close()
    need_order, offer_order = tables.needs.best_order(), tables.offers.best_order()
    pair = need_order[rows[:, 0]] * len(tables.offers) + offer_order[rows[:, 1]]
    order = np.argsort(pair)
    return pair[order], rows[order, 2]


def dense(tables: Tables) -> Found:
    """Whole matrices of floats in NumPy, by matrix products; ties fall as they may."""
    needs, offers, reach, _preference, profile, _excluded = tables
    related = _bits(profile.related, N_AREAS)
    asked, offered = _bits(needs.areas, N_AREAS), _bits(offers.areas, N_AREAS)
    asked_near, offered_near = np.minimum(asked + asked @ related, 1), np.minimum(offered + offered @ related, 1)
    credit = asked @ (offered + offered_near).T / 2
    score = 0.45 * credit / (asked.sum(axis=1)[:, None] + 0.1 * ((1 - asked_near) @ offered.T))
    closed = credit == 0
    del credit
    asked, offered = _bits(needs.modalities, N_MODALITIES), _bits(offers.modalities, N_MODALITIES)
    shared = asked @ offered.T
    score += 0.25 * shared / np.maximum(asked.sum(axis=1)[:, None] + 0.1 * ((1 - asked) @ offered.T), 0.1)
    closed |= (shared == 0) & (asked.any(axis=1, keepdims=True) & offered.any(axis=1))
    del shared
    level = reach.rows[reach.row_of][:, needs.country].T.astype(np.float32) / 100
    closed |= level == 0
    score += 0.3 * level
    del level
    closed |= needs.country[:, None] == offers.country
    closed |= (needs.agency[:, None] == offers.agency) & (needs.agency[:, None] >= 0)
    closed |= ~(needs.is_open[:, None] & offers.is_open)
    closed |= score < profile.min_score / 1e6 - 1e-7
    score[closed] = -1
    pairs = []
    for axis, width in ((1, min(profile.top_k, len(offers))), (0, min(profile.top_k, len(needs)))):
        best = np.argpartition(-score, width - 1, axis=axis)
        best = best[:, :width] if axis == 1 else best[:width].T
        row = np.arange(len(best))[:, None]
        need, offer = (row, best) if axis == 1 else (best, row)
        found = score[need, offer] >= 0
        pairs.append((need * len(offers) + offer)[found])
    pair = np.unique(np.concatenate(pairs))
    return pair, np.rint(score.reshape(-1)[pair] * 1e6).astype(np.int64)


PEERS: dict[str, Callable[[Tables], Found]] = {
    "engine": engine,
    "engine, NumPy alone": engine_numpy,
    "plain double loop, compiled": double_loop,
    "dense NumPy": dense,
    "DuckDB": duckdb,
    "PostgreSQL": postgresql,
}

exact = PEERS.keys() - {"dense NumPy"}
"""Those whose pairs and scores have to be the engine's."""


def _bits(sets: np.ndarray, count: int) -> np.ndarray:
    """Masks as rows of 0.0 and 1.0."""
    return ((sets[:, None] >> np.arange(count, dtype=np.uint64)) & np.uint64(1)).astype(np.float32)


def _columns(tables: Tables) -> dict[str, dict[str, np.ndarray]]:
    """The tables as columns for SQL: open postings, by the position that decides between equal scores."""
    from matching.engine.inputs.case import near

    needs, offers, related = tables.needs, tables.offers, tables.profile.related
    need_order, offer_order = needs.best_order(), offers.best_order()
    needs, offers, reach = needs.take(need_order), offers.take(offer_order), tables.reach.take(offer_order)
    number, country = np.nonzero(tables.reach.rows)
    sides: dict[str, dict[str, np.ndarray]] = {
        "needs": {
            "position": np.arange(len(needs)),
            "country": needs.country,
            "agency": needs.agency,
            "areas": needs.areas,
            "near": near(needs.areas, related),
            "asked": np.bitwise_count(needs.areas),
            "forms": needs.modalities,
            "forms_asked": np.bitwise_count(needs.modalities),
        },
        "offers": {
            "position": np.arange(len(offers)),
            "country": offers.country,
            "agency": offers.agency,
            "areas": offers.areas,
            "near": near(offers.areas, related),
            "forms": offers.modalities,
            "reach": reach.row_of,
        },
    }
    is_open = {"needs": needs.is_open, "offers": offers.is_open}
    cut = {side: {name: values[is_open[side]] for name, values in columns.items()} for side, columns in sides.items()}
    levels = tables.reach.rows[number, country]
    cut["reach"] = {"number": number, "country": country, "level": levels}
    return {side: {name: values.astype(np.int32) for name, values in columns.items()} for side, columns in cut.items()}


def _union(tables: Tables, of_need: np.ndarray, row: np.ndarray, key: np.ndarray) -> Found:
    n_needs, n_offers = len(tables.needs), len(tables.offers)
    other = np.where(of_need, position_of(key, size=n_offers), position_of(key, size=n_needs))
    need, offer = np.where(of_need, row, other), np.where(of_need, other, row)
    score = np.where(of_need, key // n_offers, key // n_needs)
    pair = tables.needs.best_order()[need] * n_offers + tables.offers.best_order()[offer]
    pair, first = np.unique(pair, return_index=True)
    return pair, score[first]
