"""What a posting says in its own words: the rule of what the comparison of texts may read."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from surveys.choices import Feeds
from surveys.models import Answer, Question
from surveys.models.postings.posting import PostingQuerySet

FEW = 500
"""Of more responses than these, all answers are read rather than so many named."""
WRITTEN = (Feeds.TITLE, Feeds.TEXT)


class OwnWords(NamedTuple):
    """The text, empty where there is none, and the code of its language."""

    text: str
    language: str
    english: str = ""
    """The same in English, where somebody wrote it beside a text in another language."""


def own_words(postings: PostingQuerySet[Any], *, is_offer: bool) -> dict[int, OwnWords]:
    """Return what each posting says, by its id, in one query, or three where some were read from a survey.

    Title and text as a person wrote them. What the portal composed when it read a survey ("Lao PDR: training in 9
    areas") says nothing: of such a posting, until a person edits it, only the answers count that somebody wrote.
    """
    rows = list(
        postings.order_by("pk").values_list(
            "pk", "title", "text", "language", "english_text", "response", "response_part", "response__questionnaire",
            "edited_on",
        )
    )  # fmt: skip
    composed = {row[5] for row in rows if row[5] is not None and row[8] is None}
    answered = _answered(composed, is_offer=is_offer)
    found = {}
    for pk, title, text, language, english, response, part, questionnaire, edited_on in rows:
        if response is None or edited_on is not None:
            found[pk] = OwnWords(f"{title}\n{text}", language, english)
        else:
            found[pk] = OwnWords(answered.get((response, questionnaire, part), ""), language, english)
    return found


def _answered(responses: Collection[int], *, is_offer: bool) -> dict[tuple[int, int | None, int], str]:
    """Return what these responses wrote of that side, by response, questionnaire and repetition."""
    if not responses:
        return {}
    side = "offer" if is_offer else "need"
    questions = set(
        Question.objects.filter(feeds__in=WRITTEN, side__in=("", side)).values_list("questionnaire", "code")
    )
    if not questions:
        return {}
    written: dict[tuple[int, int | None, int], list[str]] = defaultdict(list)
    answers = Answer.objects.filter(question__in={code for _, code in questions}, is_carried_over=False)
    if len(responses) <= FEW:
        answers = answers.filter(response__in=responses)
    rows = answers.order_by("response", "question").values_list(
        "response", "response__questionnaire", "repeat", "question", "value"
    )
    for response, questionnaire, repeat, question, value in rows.iterator(chunk_size=5_000):
        if response in responses and (questionnaire, question) in questions and isinstance(value, str):
            written[response, questionnaire, repeat].append(value)
    return {key: "\n".join(values) for key, values in written.items()}
