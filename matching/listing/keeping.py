"""The database keeps what a match lists of its postings, by triggers: no writer can forget it.

A posting that is published, withdrawn, hidden or dated, a country or an agency that is renamed, a window that is
paused: each touches its matches, within its transaction; and a match that is stored or touched reads its two postings.

Made after each `migrate` and taken away before it: Django knows no triggers, drops those of SQLite whenever it makes
their table anew, and neither database lets it rename a table, or change a column, that a trigger names. What was
written meanwhile is brought into line then. Two transactions at once, one that stores a match and one that changes a
posting of it, do not see each other: whoever stores matches calls `bring_into_line` once its transaction has ended.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection, connections

from matching.listing.facts import COLUMNS, MATCHES, NEEDS, OFFERS, ListedFacts
from matching.models.fits.listed import LISTED

READ_OF_A_POSTING = (
    "status", "visibility", "facilitating_allowed", "country_id", "agency_id", "opens_on", "closes_on",
)  # fmt: skip
_TOUCH = f"UPDATE {MATCHES} SET need_reach = need_reach WHERE "  # noqa: S608 - constants of ours
_POSTINGS_OF_A_COUNTRY = """
    SELECT posting.id FROM {table} posting LEFT JOIN directory_agency agency ON agency.id = posting.agency_id
    WHERE posting.country_id = {row} OR agency.country_id = {row}
"""
_POSTINGS_OF_AN_AGENCY = "SELECT posting.id FROM {table} posting WHERE posting.agency_id = {row}"


def keep_listed(using: str, **kwargs: Any) -> None:
    """Make the triggers where the tables are, and bring into line what was written without them."""
    database = connections[using]
    with database.cursor() as cursor:
        if not _tables_are_there(using, cursor):
            return
        for statement in _remove(database.vendor):
            cursor.execute(statement)
        for statement in _make(database.vendor):
            cursor.execute(statement)
    bring_into_line(using=using)


def let_go(using: str, plan: Collection[Any] = (), **kwargs: Any) -> None:
    """Take the triggers away where migrations are about to run."""
    if not plan:
        return
    database = connections[using]
    with database.cursor() as cursor:
        if _tables_are_there(using, cursor):
            for statement in _remove(database.vendor):
                cursor.execute(statement)


def bring_into_line(*, needs: Collection[int] = (), offers: Collection[int] = (), using: str | None = None) -> int:
    """Have stored matches keep what their postings say; return how many did not. None named: all of them."""
    database = connections[using] if using else connection
    named = [
        f"stored.{side} IN ({', '.join(str(int(pk)) for pk in ids)})"
        for side, ids in (("need_id", needs), ("offer_id", offers))
        if ids
    ]
    query = ListedFacts(database.vendor).of_stored(" OR ".join(named) or "1 = 1")
    with database.cursor() as cursor:
        cursor.execute(f"{_TOUCH} id IN ({query})")
        return int(cursor.rowcount)


def not_in_line(ids: Collection[int]) -> set[int]:
    """Return which of these matches keep something else than their postings say; one query."""
    few = ", ".join(str(int(pk)) for pk in ids)
    query = ListedFacts(connection.vendor).of_few(few)
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def _tables_are_there(using: str, cursor: Any) -> bool:
    """Return whether the table of matches has the columns: not in a database that stands before them."""
    introspection = connections[using].introspection
    if MATCHES not in introspection.table_names(cursor):
        return False
    return {column.name for column in introspection.get_table_description(cursor, MATCHES)}.issuperset(LISTED)


def _events() -> Iterator[tuple[str, str, str, str]]:
    """Yield of each trigger that touches matches: its table, its event, when it fires, and which matches."""
    for table, side in ((NEEDS, "need_id"), (OFFERS, "offer_id")):
        changed = " OR ".join(f"OLD.{name} {{differs}} NEW.{name}" for name in READ_OF_A_POSTING)
        yield table, f"UPDATE OF {', '.join(READ_OF_A_POSTING)}", changed, f"{side} = NEW.id"
    renamed = "OLD.name {differs} NEW.name"
    moved = f"{renamed} OR OLD.country_id {{differs}} NEW.country_id"
    yield "directory_agency", "UPDATE OF name, country_id", moved, _of_either(_POSTINGS_OF_AN_AGENCY, "NEW.id")
    yield "directory_country", "UPDATE OF name", renamed, _of_either(_POSTINGS_OF_A_COUNTRY, "NEW.iso3")
    windows = "surveys_countrywindow"
    paused = "OLD.paused_at {differs} NEW.paused_at"
    yield windows, "UPDATE OF paused_at", paused, _of_either(_POSTINGS_OF_A_COUNTRY, "NEW.country_id")
    for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
        yield windows, event, f"{row}.paused_at IS NOT NULL", _of_either(_POSTINGS_OF_A_COUNTRY, f"{row}.country_id")


def _of_either(postings: str, row: str) -> str:
    return " OR ".join(
        f"{side} IN ({postings.format(table=table, row=row)})"
        for table, side in ((NEEDS, "need_id"), (OFFERS, "offer_id"))
    )


def _named() -> Iterator[tuple[str, str, str, str, str]]:
    for table, event, condition, matches in _events():
        yield f"{table}_{event.split()[0].lower()}_listed", table, event, condition, matches


def _remove(vendor: str) -> Iterator[str]:
    kept = [(f"{MATCHES}_insert_listed", MATCHES), (f"{MATCHES}_update_listed", MATCHES)]
    for name, table in [*kept, *((name, table) for name, table, *_rest in _named())]:
        yield f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if vendor == "postgresql" else "")


def _make(vendor: str) -> Iterator[str]:
    return _on_postgresql() if vendor == "postgresql" else _on_sqlite()


def _on_postgresql() -> Iterator[str]:
    facts = ListedFacts("postgresql")
    kept = ", ".join(f"NEW.{name}" for name in LISTED)
    yield f"""
        CREATE OR REPLACE FUNCTION {MATCHES}_listed() RETURNS trigger LANGUAGE plpgsql AS $function$
        BEGIN
            {facts.of_pair(need="NEW.need_id", offer="NEW.offer_id").replace(" FROM (", f" INTO {kept} FROM (", 1)};
            RETURN NEW;
        END
        $function$
    """
    for event, columns in (("insert", ""), ("update", f" OF need_id, offer_id, {COLUMNS}")):
        yield f"""
            CREATE TRIGGER {MATCHES}_{event}_listed BEFORE {event.upper()}{columns} ON {MATCHES}
            FOR EACH ROW EXECUTE FUNCTION {MATCHES}_listed()
        """
    for name, table, event, condition, matches in _named():
        yield f"""
            CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $function$
            BEGIN
                {_TOUCH} {matches};
                RETURN NULL;
            END
            $function$
        """
        yield f"""
            CREATE TRIGGER {name} AFTER {event} ON {table}
            FOR EACH ROW WHEN ({condition.format(differs=facts.differs)}) EXECUTE FUNCTION {name}()
        """


def _on_sqlite() -> Iterator[str]:
    facts = ListedFacts("sqlite")
    read = facts.of_pair(need="NEW.need_id", offer="NEW.offer_id")
    for event, columns in (("insert", ""), ("update", f" OF need_id, offer_id, {COLUMNS}")):
        # It sets off no second one by what it writes: triggers of SQLite are not recursive unless told to be.
        yield f"""
            CREATE TRIGGER {MATCHES}_{event}_listed AFTER {event.upper()}{columns} ON {MATCHES} BEGIN
                UPDATE {MATCHES} SET ({COLUMNS}) = ({read}) WHERE id = NEW.id;
            END
        """  # noqa: S608 - constants of ours
    for name, table, event, condition, matches in _named():
        yield f"""
            CREATE TRIGGER {name} AFTER {event} ON {table}
            WHEN {condition.format(differs=facts.differs)} BEGIN
                {_TOUCH} {matches};
            END
        """
