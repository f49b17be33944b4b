"""What a survey found, in pictures: how many responses gave each answer. Each says its own n, and adds nothing up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.models import CountryGroup
from surveys.choices import ChoicesFrom, Feeds
from surveys.models import Survey
from surveys.questionnaires.asked import Asked, AskedQuestion
from surveys.results.counts import ChoiceCount, QuestionCounts
from web.pictures.bars import Bar, BarPicture
from web.text import listed

FIRST = (Feeds.MODALITIES, Feeds.AREAS, Feeds.TARGETS)
"""What the page of a survey shows before all else, by what the answers become."""
FINDINGS_ON_THE_PAGE = 6
BARS_ON_THE_PAGE = 6
MOST_NAMED_TOGETHER = 4
OF_COUNTRIES = (ChoicesFrom.COUNTRIES, ChoicesFrom.PLACES, ChoicesFrom.GROUPS)


@dataclass(frozen=True)
class Finding:
    """One question that was answered by choosing, with its picture."""

    question: QuestionCounts
    asked: AskedQuestion
    group_codes: frozenset[str]
    """Of the groups that may stand in a picture; read only where a question is of countries and groups."""

    @property
    def is_of_places(self) -> bool:
        """Whether countries can be named: they stand in the table, in their own order, and in no picture."""
        return self.asked.choices_from in OF_COUNTRIES

    @property
    def heading(self) -> str:
        """What it is called."""
        return _("Regions and groups of countries") if self.is_of_places else self.question.heading

    @cached_property
    def given(self) -> list[ChoiceCount]:
        """The answers that may be drawn: those that most gave first; regions and groups in their order."""
        given = [choice for choice in self.question.choices if choice.count]
        if self.is_of_places:
            return [choice for choice in given if choice.code in self.group_codes]
        return sorted(given, key=lambda choice: -choice.count)

    @property
    def of_how_many(self) -> str:
        """How many responses answer the question."""
        number = self.question.answered
        return ngettext("%(number)d response answers it.", "%(number)d responses answer it.", number) % {
            "number": number
        }

    @property
    def said(self) -> str:
        """What most responses say, where these are few answers; else nothing."""
        most = max((choice.count for choice in self.given), default=0)
        named = [choice.label for choice in self.given if choice.count == most]
        if self.is_of_places or not named or len(named) > MOST_NAMED_TOGETHER or len(named) == len(self.given):
            return ""
        return _("Named by %(count)d of %(answered)d: %(answers)s.") % {
            "count": most,
            "answered": self.question.answered,
            "answers": listed(named),
        }

    @property
    def picture(self) -> BarPicture:
        """All answers that may be drawn; in its table, all that there are."""
        return self._picture(len(self.given))

    @property
    def in_short(self) -> BarPicture:
        """The first answers drawn, all of them in the table."""
        return self._picture(BARS_ON_THE_PAGE)

    @property
    def left_out(self) -> int:
        """How many answers that were given the short picture leaves to the table, countries among them."""
        return sum(choice.count > 0 for choice in self.question.choices) - len(self.given[:BARS_ON_THE_PAGE])

    def _picture(self, most: int) -> BarPicture:
        drawn = self.given[:most]
        codes = {choice.code for choice in drawn}
        return BarPicture(
            name=f"answers-{self.question.code}",
            title=self.heading,
            heading=_("Answer"),
            counted=_("Responses"),
            bars=[Bar(choice.label, (choice.count,)) for choice in drawn],
            further=[Bar(one.label, (one.count,)) for one in self.question.choices if one.code not in codes],
            full=self.question.answered,
        )

    def notes(self, survey: Survey) -> list[str]:
        """What a file of the picture says below it."""
        said = [
            f"{survey}. {survey.organisers}",
            f"{self.question.label} {self.of_how_many}",
            _("Several answers may be given. Rows compiled from public sources are not counted."),
        ]
        if self.is_of_places:
            said.append(_("Countries that were named are in the table of the survey's page, and in no picture."))
        return [*said, *filter(None, (survey.disclaimer, survey.source))]


def findings(asked: Asked, counts: Iterable[QuestionCounts]) -> list[Finding]:
    """Return every counted question of which something can be drawn, in the order of the questionnaire.

    One query more where a question is of countries and groups.
    """
    pairs = [(question, asked.questions[question.code]) for question in counts]
    groups: frozenset[str] = frozenset()
    if any(own.choices_from in OF_COUNTRIES for _counted, own in pairs):
        groups = frozenset(CountryGroup.objects.filter(is_heading=True).values_list("pk", flat=True))
    return [Finding(question, own, groups) for question, own in pairs]


def shown_first(found: Sequence[Finding]) -> list[Finding]:
    """Return the few findings that the page of the survey shows: how, in what and where, then as they were asked."""
    drawn = [one for one in found if one.given]
    order = {feeds: place for place, feeds in enumerate(FIRST)}
    ranked = sorted(drawn, key=lambda one: order.get(Feeds(one.asked.feeds), len(FIRST)) if one.asked.feeds else 9)
    return ranked[:FINDINGS_ON_THE_PAGE]
