"""Takes out of answers the places that do not answer the question: "Support received from: …" is no priority.

How a place was read, and in which direction it points, stays in the readings, from which an answer is made anew, forward
and back. An answer without readings, or from before readings told their question, is left as it is.
"""

from collections import defaultdict

from django.db import migrations

TARGETS = {"priority", "provides_to"}
DIRECTIONS = {"existing_partners": {"existing_partner"}, "preferred": {"preferred"}}


def forward(apps, schema_editor):
    _make_anew(apps, schema_editor.connection.alias, lambda reading, asked: reading.direction in asked)


def back(apps, schema_editor):
    _make_anew(apps, schema_editor.connection.alias, lambda _reading, _asked: True)


def _make_anew(apps, alias, answers_it):
    questions = apps.get_model("surveys", "Question").objects.using(alias)
    responses = apps.get_model("surveys", "Response").objects.using(alias)
    on_places = questions.filter(kind="multiple", choices_from__in=("countries", "groups", "places"))
    asked = {
        (one.questionnaire_id, one.code): DIRECTIONS.get(one.feeds, TARGETS)
        for one in on_places.only("questionnaire_id", "code", "feeds")
    }
    for response in responses.filter(readings__isnull=False).distinct().iterator():
        read = defaultdict(list)
        for reading in response.readings.order_by("position", "id"):
            read[reading.question, reading.repeat].append(reading)
        for answer in response.answers.filter(question__in={code for _version, code in asked}):
            expected = asked.get((response.questionnaire_id, answer.question))
            named = read.get((answer.question, answer.repeat), [])
            others = [one for one in named if one.direction not in (expected or ())]
            if expected is None or not others or not isinstance(answer.value, list):
                continue
            codes = [one.country_id or one.group_id for one in named if answers_it(one, expected)]
            answer.value = list(dict.fromkeys(filter(None, codes)))
            answer.save(using=alias, update_fields=["value"])


class Migration(migrations.Migration):
    dependencies = [("surveys", "0009_ask_what_regions_mean")]
    operations = [migrations.RunPython(forward, back)]
