"""Taking over the answers of the last edition, each to be confirmed before it counts."""

from django.db import transaction
from django.utils.translation import gettext as _

from directory.models import User
from surveys.answering.filling_in import AnsweringRefused, lock_own, save_response, version_of
from surveys.answering.writing_responses import add_readings
from surveys.choices import Feeds, ResponseStatus
from surveys.models import Answer, Response
from surveys.postings.named_places import NamedPlace
from surveys.questionnaires.asked import Asked


@transaction.atomic
def carry_over(*, response: Response, by: User) -> int:
    """Take over the answers of the last edition where the same is asked, each to be confirmed; return how many.

    An answer that is there already stays; a choice that is no longer offered is left out.
    """
    locked = lock_own(response, by)
    earlier = earlier_response(locked)
    if locked.status != ResponseStatus.IN_PROGRESS or earlier is None:
        raise AnsweringRefused(_("There are no earlier answers to take over."))
    asked = Asked(locked.survey, version_of(locked))
    there = set(locked.answers.values_list("question", "repeat"))
    taken = 0
    for answer in earlier.answers.all():
        question = asked.questions.get(answer.question)
        if question is None or (answer.question, answer.repeat) in there or question.feeds == Feeds.COUNTRY:
            continue
        value = answer.value
        if question.choices:
            codes = [code for code in answer.codes if code in question.choices]
            if not codes:
                continue
            value = codes if question.kind == "multiple" else codes[0]
        elif isinstance(value, dict) != (question.kind == "money"):
            continue
        Answer.objects.create(
            response=locked,
            question=answer.question,
            repeat=answer.repeat,
            value=value,
            other=answer.other,
            is_carried_over=True,
        )
        named = earlier.readings.filter(question=answer.question, repeat=answer.repeat)
        add_readings(locked, [NamedPlace.of(reading) for reading in named])
        taken += 1
    if taken:
        save_response(locked, by=by, reason="carried over")
    return taken


def earlier_response(response: Response) -> Response | None:
    """Return what the country, or the agency, answered in the last edition before this one."""
    others = (
        Response.objects.filter(country=response.country_id)
        .answered()
        .exclude(survey=response.survey_id)
        .filter(answers__isnull=False)
        .distinct()
    )
    own = others.filter(agency=response.agency_id) if response.agency_id else others
    order = ("-survey__stated_on", "-updated_at", "-pk")
    return own.order_by(*order).first() or others.order_by(*order).first()
