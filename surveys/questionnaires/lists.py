"""The lists that questions are answered from: own options, areas, modalities, countries, groups, challenges."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from directory.choices import AreaUse
from directory.models import Country, CountryGroup, Modality, PriorityArea
from directory.models.reference_data.group import OWN_STATEMENT
from surveys.choices import ChoicesFrom, Perspective
from surveys.models import Challenge, Option, Question, Survey

OTHER = "other"


class Choice(NamedTuple):
    """One answer to choose: its code, and its label in the reader's language."""

    code: str
    label: str
    spellings: tuple[str, ...] = ()


class Lists:
    """The portal's lists, each read once and only when a question asks for it."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey

    def of(self, question: Question) -> Sequence[Choice]:
        """Return what can be chosen, in its order; "other" last where it is allowed; empty for other kinds."""
        if not question.is_choice:
            return ()
        if question.choices_from:
            choices = self.named(question.choices_from)
        else:
            choices = [
                Choice(option.code, option.words("label"), (*_labels(option), *option.spellings.splitlines()))
                for option in question.options.all()
            ]
        return [*choices, Choice(OTHER, str(_other()))] if question.allows_other else choices

    def readable(self, question: Question) -> Sequence[Choice]:
        """Return what a source may name: what can be chosen, and areas that stay as printed and are offered nowhere."""
        if question.choices_from == ChoicesFrom.AREAS:
            return [*self.of(question), *self._areas_as_printed]
        return self.of(question)

    def named(self, name: str) -> Sequence[Choice]:
        """Return one of the portal's lists by its name in `ChoicesFrom`."""
        match name:
            case ChoicesFrom.AREAS:
                return self._areas
            case ChoicesFrom.MODALITIES:
                return self._modalities
            case ChoicesFrom.COUNTRIES:
                return self._countries
            case ChoicesFrom.GROUPS:
                return self._groups
            case ChoicesFrom.PLACES:
                return [*self._groups, *self._countries]
            case ChoicesFrom.CHALLENGES:
                return [choice for _perspective, choice in self._challenges]
            case ChoicesFrom.CHALLENGES_OF_PROVIDERS:
                return [choice for perspective, choice in self._challenges if perspective == Perspective.PROVIDERS]
            case ChoicesFrom.CHALLENGES_OF_USERS:
                return [choice for perspective, choice in self._challenges if perspective == Perspective.USERS]
        raise ValueError(name)

    @cached_property
    def _areas(self) -> list[Choice]:
        # What was asked in 2018 had no areas of later years: neither its form nor its charts have them.
        listed = PriorityArea.objects.listed_on(self._survey.stated_on).active()
        return [_area(area) for area in listed.exclude(use=AreaUse.AS_PRINTED)]

    @cached_property
    def _areas_as_printed(self) -> list[Choice]:
        return [_area(area) for area in PriorityArea.objects.active().filter(use=AreaUse.AS_PRINTED)]

    @cached_property
    def _modalities(self) -> list[Choice]:
        return [Choice(modality.code, str(modality), _spellings(modality)) for modality in Modality.objects.active()]

    @cached_property
    def _countries(self) -> list[Choice]:
        return [Choice(country.iso3, str(country)) for country in Country.objects.listed().filter(is_active=True)]

    @cached_property
    def _groups(self) -> list[Choice]:
        # Nobody answers with the list of one past year, or with who takes part by own statement: parts of others.
        groups = CountryGroup.objects.active().exclude(Q(is_made_anew=True, level="") | Q(pk=OWN_STATEMENT))
        return [Choice(group.code, str(group), _spellings(group)) for group in groups]

    @cached_property
    def _challenges(self) -> list[tuple[str, Choice]]:
        return [
            (challenge.perspective, Choice(challenge.code, challenge.label, (challenge.label_as_printed,)))
            for challenge in Challenge.objects.filter(survey=self._survey)
        ]


def _labels(option: Option) -> list[str]:
    """Return the labels of an option in every language: a tool exports the one that its user chose."""
    return [option.label, *(words["label"] for words in option.translations.values() if words.get("label"))]


def _area(area: PriorityArea) -> Choice:
    return Choice(area.code, str(area), _spellings(area))


def _spellings(row: PriorityArea | Modality | CountryGroup) -> tuple[str, ...]:
    """Return how files name a row beside its label as the reader has it: its English label, and its aliases."""
    return (row.label, *row.aliases.splitlines())


def _other() -> str:
    from django.utils.translation import gettext

    return gettext("Other")
