"""A process killed while it brings a file in leaves nothing half there; the next one does the whole."""

import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from tests.project.subprocesses import PRODUCTION, run_python
from tests.surveys.importing.conftest import TABLE

pytestmark = pytest.mark.any_database

START = "import django, json, os, signal, sys; django.setup(); "
# Two rows at a time, so that there are several blocks to die between; dies at its n-th writing query.
BRING_IN = START + (
    "from django.db import connection; from surveys.importing import planning; planning.ROWS_AT_ONCE = 2\n"
    "count, last = [0], int(sys.argv[2])\n"
    "def watch(execute, sql, params, many, context):\n"
    "    count[0] += sql.startswith(('INSERT', 'UPDATE', 'DELETE'))\n"
    "    if count[0] == last: os.kill(os.getpid(), signal.SIGKILL)\n"
    "    return execute(sql, params, many, context)\n"
    "from django.core.management import call_command as do\n"
    "with connection.execute_wrapper(watch):\n"
    "    do('import_survey', sys.argv[1], survey='escap-unossc-2018', verbosity=0)\n"
    "print(count[0])"
)


def run(program: str, file: Path, *arguments: str) -> Any:
    environment = {**PRODUCTION, "DATABASE_URL": f"sqlite:///{file}", "DJANGO_SETTINGS_MODULE": "ssc_portal.settings"}
    return run_python("-c", program, *arguments, **environment)


def counts(file: Path) -> dict[str, int]:
    """How many rows each table of surveys has."""
    tables = [model._meta.db_table for model in apps.get_app_config("surveys").get_models(include_auto_created=True)]
    with closing(sqlite3.connect(file)) as database:
        return {table: database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference")
def test_killed_at_any_point_and_begun_again_it_is_as_if_undisturbed(tmp_path: Path) -> None:
    empty, undisturbed, killed = (tmp_path / f"{name}.sqlite3" for name in ("empty", "undisturbed", "killed"))
    call_command("load_surveys", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM INTO '{empty}'")
    before = counts(empty)
    shutil.copy(empty, undisturbed)
    done = run(BRING_IN, undisturbed, str(TABLE), "-1")
    assert done.returncode == 0, done.stderr
    writes, after = int(done.stdout), counts(undisturbed)
    assert after["surveys_response"] == 10
    shutil.copy(empty, killed)
    for point in (2, writes // 2, writes - 1):
        assert run(BRING_IN, killed, str(TABLE), str(point)).returncode == -signal.SIGKILL
        assert counts(killed) == before
    assert run(BRING_IN, killed, str(TABLE), "-1").returncode == 0
    assert counts(killed) == after
