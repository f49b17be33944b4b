"""The one table of a campaign: each country, how and when it was asked, and what became of what is read of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.choices import RowOutcome
from surveys.models import ConfirmationCampaign, ConfirmationRequest, ConfirmationRow
from surveys.results.tables import ResultTable

NOT_SENT, SENT, ANSWERED, NO_ANSWER = "not_sent", "sent", "answered", "no_answer"
STATE_WORDS: Mapping[str, str | Promise] = {
    NOT_SENT: gettext_lazy("not asked yet"),
    SENT: gettext_lazy("asked"),
    ANSWERED: gettext_lazy("answered"),
    NO_ANSWER: gettext_lazy("no answer"),
}
SHOWN_OUTCOMES = (
    RowOutcome.CONFIRMED, RowOutcome.CORRECTED, RowOutcome.REPLACED, RowOutcome.WITHDRAWN, RowOutcome.IN_HAND,
    RowOutcome.OPEN, RowOutcome.RETIRED, RowOutcome.KEPT, RowOutcome.GONE,
)  # fmt: skip


@dataclass(frozen=True)
class CountryAsked:
    """One country of a campaign, and how many of its rows came to what."""

    request: ConfirmationRequest
    outcomes: Mapping[str, int]

    @property
    def state(self) -> str:
        """How far it is with the country."""
        if self.request.answered_on is not None:
            return ANSWERED
        if self.request.sent_on is None:
            return NOT_SENT
        return SENT if self.request.closed_on is None else NO_ANSWER

    @property
    def words(self) -> str:
        """How far it is, in words."""
        return str(STATE_WORDS[self.state])

    @property
    def counts(self) -> list[int]:
        """How many rows came to what, in the order of SHOWN_OUTCOMES."""
        return [self.outcomes.get(outcome, 0) for outcome in SHOWN_OUTCOMES]

    @property
    def in_words(self) -> list[str]:
        """What rows came to, with their number, in words."""
        return [f"{outcome.label}: {count}" for outcome in SHOWN_OUTCOMES if (count := self.outcomes.get(outcome))]


def countries_asked(campaign: ConfirmationCampaign) -> list[CountryAsked]:
    """Return the countries of a campaign in their order; two queries."""
    found: dict[int, Counter[str]] = {}
    rows = ConfirmationRow.objects.filter(request__campaign=campaign).order_by()
    for request, outcome in rows.values_list("request", "outcome"):
        found.setdefault(int(request or 0), Counter())[outcome] += 1
    requests = campaign.requests.select_related("country").order_by("country__position", "country")
    return [CountryAsked(request, found.get(request.pk, Counter())) for request in requests]


def counted(countries: Iterable[CountryAsked]) -> list[tuple[str, str, int]]:
    """Return each state with its words and how many countries are in it."""
    states = Counter(one.state for one in countries)
    return [(state, str(words), states[state]) for state, words in STATE_WORDS.items()]


def totals(countries: Iterable[CountryAsked]) -> list[tuple[str, int]]:
    """Return how many rows came to what, over all countries; what none came to is left out."""
    summed: Counter[str] = Counter()
    for one in countries:
        summed.update(one.outcomes)
    return [(str(outcome.label), summed[outcome]) for outcome in SHOWN_OUTCOMES if summed[outcome]]


def as_table(campaign: ConfirmationCampaign, countries: Sequence[CountryAsked]) -> ResultTable:
    """Return the table for a file."""
    headings = [
        _("Country"), _("State"), _("Asked by"), _("Addressed to"), _("Reference"), _("Sent on"),
        _("Designated people written to on"), _("Reminded on"), _("Reminded by letter on"),
        _("Reference of the reminder"), _("Answer asked by"), _("Answered on"), _("Reference of the answer"),
        *(str(outcome.label) for outcome in SHOWN_OUTCOMES),
    ]  # fmt: skip
    return ResultTable(
        title=_("Confirmation of what is read in: %(survey)s") % {"survey": campaign.survey},
        headings=headings,
        rows=[_cells(one) for one in countries],
        notes=[_("Whether a letter or a mail was opened, nobody notes.")],
    )


def _cells(one: CountryAsked) -> list[Any]:
    request = one.request
    days = (
        request.sent_on, request.designated_on, request.reminded_on, request.letter_reminded_on, request.due_on,
        request.answered_on,
    )  # fmt: skip
    sent, written, reminded, by_letter, due, answered = (day.isoformat() if day else "" for day in days)
    return [
        str(request.country), one.words, str(request.get_way_display()), request.addressee, request.reference, sent,
        written, reminded, by_letter, request.letter_reminder_reference, due, answered, request.answer_reference,
        *one.counts,
    ]  # fmt: skip
