"""What a trial has of surveys, and when its matching has to run again."""

from pathlib import Path

from django.db.models import Max

from matching.models import MatchRun
from surveys.models import Need, Offer, Survey
from web.calendar.days import today

SURVEY_CODE = "escap-unossc-2018"
OPEN_SURVEY = "unossc-needs-assessment"
TABLE_1 = Path("surveys") / "data" / "survey_2018_table1.csv"


def open_survey_to_answer() -> Survey:
    """Open the needs assessment that the project ships, so that the demo has a survey to answer; once."""
    survey = Survey.objects.get(code=OPEN_SURVEY)
    if survey.opens_on is None:
        survey.opens_on, survey.is_public = today(), True
        survey.save()
    return survey


def matching_is_due() -> bool:
    """Whether postings changed since the last run whose results stand, or none stands yet."""
    last_run = MatchRun.objects.public().aggregate(at=Max("started_at"))["at"]
    if last_run is None:
        return True
    return any(model.objects.filter(updated_at__gt=last_run).exists() for model in (Offer, Need))
