"""Every kind of job is known to the watch, and has a task of its name."""

import pytest
from django.apps import apps

from ssc_portal.celery import app
from web.jobs import Job
from web.jobs.kinds import KINDS

EXPECTED = {
    "surveys.tasks.run_import": "Import",
    "matching.tasks.prepare_run": "MatchRun",
    "matching.tasks.score_block": "RunBlock",
    "matching.tasks.finish_run": "MatchRun",
    "matching.tasks.make_plan": "Allocation",
}


def test_every_kind_is_registered():
    assert {task: kind.rows().model.__name__ for task, kind in KINDS.items()} == EXPECTED
    models = {model.__name__ for model in apps.get_models() if issubclass(model, Job)}
    assert models == set(EXPECTED.values())


@pytest.mark.django_db
@pytest.mark.any_database
@pytest.mark.parametrize("task", EXPECTED)
def test_its_task_takes_the_id_of_a_row_and_leaves_what_is_not_there(task):
    app.loader.import_default_modules()
    assert app.tasks[task](0) is False
