"""The index over the tokens of search documents, as each database has it: full text of PostgreSQL, FTS5 of SQLite.

Made after each `migrate` where it is not there: Django knows neither kind, and drops the triggers of SQLite whenever it
makes their table anew.
"""

from typing import Any

from django.db import connections

TABLE = "web_searchdocument"
BY_VECTOR = "SELECT id FROM web_searchdocument WHERE array_to_tsvector(string_to_array(tokens, ' ')) @@ %s::tsquery"
"""The expression is that of the index, letter by letter, else PostgreSQL does not use the one for the other."""
BY_MATCH = "SELECT rowid FROM web_searchdocument_index WHERE web_searchdocument_index MATCH %s"
_ON_POSTGRESQL = """
    CREATE INDEX IF NOT EXISTS web_searchdocument_vector ON web_searchdocument
    USING gin (array_to_tsvector(string_to_array(tokens, ' ')))
"""
# The tokens stay in the table of Django; where in them a word stands is not asked for, so it is not kept.
_MAKE = """
    CREATE VIRTUAL TABLE IF NOT EXISTS web_searchdocument_index USING fts5(
        tokens, content='web_searchdocument', content_rowid='id', detail='none', columnsize=0,
        tokenize="unicode61 remove_diacritics 0 tokenchars ':.-_' categories 'L* N* Co M*'"
    )
"""
_FILL = "INSERT INTO web_searchdocument_index(web_searchdocument_index) VALUES ('rebuild')"
_ADDED = """
    CREATE TRIGGER web_searchdocument_added AFTER INSERT ON web_searchdocument BEGIN
        INSERT INTO web_searchdocument_index(rowid, tokens) VALUES (new.id, new.tokens);
    END
"""
_REMOVED = """
    CREATE TRIGGER web_searchdocument_removed AFTER DELETE ON web_searchdocument BEGIN
        INSERT INTO web_searchdocument_index(web_searchdocument_index, rowid, tokens)
        VALUES ('delete', old.id, old.tokens);
    END
"""
_CHANGED = """
    CREATE TRIGGER web_searchdocument_changed AFTER UPDATE ON web_searchdocument BEGIN
        INSERT INTO web_searchdocument_index(web_searchdocument_index, rowid, tokens)
        VALUES ('delete', old.id, old.tokens);
        INSERT INTO web_searchdocument_index(rowid, tokens) VALUES (new.id, new.tokens);
    END
"""
_TRIGGERS = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'web_searchdocument'"


def keep_index(using: str, **kwargs: Any) -> None:
    """Make the index where the table of documents has none."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "postgresql":
            cursor.execute(_ON_POSTGRESQL)
            return
        cursor.execute(_TRIGGERS)
        if cursor.fetchone()[0] == 0:
            for statement in (_MAKE, _FILL, _ADDED, _REMOVED, _CHANGED):
                cursor.execute(statement)
