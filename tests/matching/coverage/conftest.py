"""What the tests of coverage share."""

import pytest
from django.conf import settings
from django.core.management import call_command

from directory.names import NameIndex
from ssc_portal.running.demo.survey import SURVEY_CODE, TABLE_1
from surveys.importing import planning
from surveys.models import Survey
from tests.snapshots import Snapshot


@pytest.fixture
def edition(
    reference: None, surveys_snapshot: Snapshot, name_index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> Survey:
    """The 2018 edition, with its Table 1 imported as the portal imports it."""
    monkeypatch.setattr(planning, "load_name_index", lambda: name_index)
    surveys_snapshot.put()
    call_command("import_survey", str(settings.BASE_DIR / TABLE_1), survey=SURVEY_CODE, verbosity=0)
    return Survey.objects.get(code=SURVEY_CODE)
