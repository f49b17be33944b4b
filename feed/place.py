"""In which database the feeds stand: one that was restored holds old positions, and gives new ones a second time."""

from pathlib import Path

from django.db import connection

from feed.models import Feed


def place() -> str:
    """Return what tells the database, and the tables in it, from those that a restore makes.

    PostgreSQL numbers databases and tables as they are made, and a restore makes them anew; the file of SQLite is
    another file. Not noticed: rows alone, or the same file, written over; `renew_feed` is for those.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT oid::text || '-' || %s::regclass::oid FROM pg_database WHERE datname = current_database()",
                [Feed._meta.db_table],
            )
            return str(cursor.fetchone()[0])
        cursor.execute("SELECT file FROM pragma_database_list WHERE name = 'main'")
        file = cursor.fetchone()[0]
    return str(Path(file).stat().st_ino) if file else "memory"
