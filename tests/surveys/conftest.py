"""What the tests of the surveys share."""

import pytest

from directory.names import NameIndex
from surveys.importing import planning
from surveys.models import Survey
from tests.snapshots import Snapshot


@pytest.fixture
def survey(
    reference: None, surveys_snapshot: Snapshot, name_index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> Survey:
    """The 2018 edition, among the reference data that the project ships, whose names are indexed once a session."""
    monkeypatch.setattr(planning, "load_name_index", lambda: name_index)
    surveys_snapshot.put()
    return Survey.objects.get(code="escap-unossc-2018")


@pytest.fixture
def unreleased(survey: Survey) -> Survey:
    """The 2018 edition before its results are released: files change no answer of a released one by themselves."""
    Survey.objects.filter(pk=survey.pk).update(results_released_on=None)
    survey.refresh_from_db()
    return survey
