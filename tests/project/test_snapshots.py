"""What tests load once is what the portal loads, and no test loads it again by itself."""

import re
from types import SimpleNamespace

import pytest

from directory.models import Agency, Country
from directory.reference.loading import load_reference
from tests.conftest import pytest_collection_modifyitems
from tests.project.subprocesses import ROOT
from tests.snapshots import take_snapshot

pytestmark = pytest.mark.django_db

OF_THE_LOADING_ITSELF = {
    "tests/conftest.py",
    "tests/directory/test_load_reference.py",
    "tests/directory/test_reference_data.py",
    "tests/directory/test_scored.py",
    "tests/project/test_snapshots.py",
}


def test_reference_data_are_loaded_in_one_place():
    calls = re.compile(r'load_reference\(|call_command\(\s*"load_reference"')
    loading = {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*.py") if calls.search(path.read_text())}
    assert loading == OF_THE_LOADING_ITSELF


def test_the_copy_is_what_loading_makes(reference):
    for plan in load_reference(dry_run=True):
        assert (plan.additions, plan.updates) == ([], []), plan.reference_list.file


def test_the_copy_has_its_history(reference):
    for model in (Country, Agency):
        assert model.history.count() == model.objects.count() > 0


def test_a_file_run_alone_has_its_tables():
    marked = []
    item = SimpleNamespace(
        nodeid="tests/test_names.py::test_a_name",
        fixturenames=["name_index", "reference_snapshot"],
        add_marker=marked.append,
    )
    item.get_closest_marker = lambda _name: None
    pytest_collection_modifyitems([item])
    assert marked == ["django_db"]


def test_a_snapshot_taken_within_a_test_is_refused():
    with pytest.raises(AssertionError, match="before the test begins"):
        take_snapshot("too_late", load_reference)
