"""Questionnaires: versions of what a survey edition asks, with sections, questions and options."""

import re
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from surveys.choices import ChoicesFrom, Feeds, QuestionKind, Side
from surveys.models.survey import Survey

CODE_PATTERN = re.compile(r"\A[a-z][a-z0-9_]*\Z")
CODE = RegexValidator(
    CODE_PATTERN,
    _("Small letters, digits and underscores, beginning with a letter: KoboToolbox and ODK know it by this name."),
)


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    """Versions of questionnaires."""

    def whole(self) -> Self:
        """With sections, questions and options, in four queries however many."""
        return self.prefetch_related("sections", "sections__questions", "sections__questions__options")


class Questionnaire(models.Model):
    """One version of what a survey asks; editable until the first response to it."""

    survey = models.ForeignKey(
        Survey, verbose_name=_("survey"), on_delete=models.PROTECT, related_name="questionnaires"
    )
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    note = models.CharField(_("what is new"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["survey", "-number"]
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="questionnaire_survey_number_unique")]

    def __str__(self) -> str:
        return f"{self.survey} · {_('version')} {self.number}"

    @property
    def questions(self) -> "list[Question]":
        """Its questions in the order of the sections; no query where it was fetched whole."""
        return [question for section in self.sections.all() for question in section.questions.all()]

    @property
    def is_given(self) -> bool:
        """Whether somebody has begun to answer it: what was asked then stays as it was."""
        return self.responses.exists()

    @classmethod
    def given(cls) -> Exists:
        """Return the condition of `is_given`, for queries."""
        return Exists(cls.objects.filter(pk=OuterRef("pk"), responses__isnull=False))


class Translated(models.Model):
    """A row whose words are there in English, and in other languages as far as somebody has translated them."""

    translations = models.JSONField(
        _("translations"),
        default=dict,
        blank=True,
        help_text=_('By language (ISO 639-1), for example {"fr": {"label": "Pays", "help": ""}}.'),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse translations of another shape than pages read."""
        super().clean()
        kept = self.translations
        is_right = isinstance(kept, dict) and all(
            isinstance(words, dict) and all(isinstance(text, str) for text in words.values()) for words in kept.values()
        )
        if not is_right:
            raise ValidationError({"translations": _('Write it as {"fr": {"label": "…", "help": "…"}}.')})

    def words(self, name: str, language: str | None = None) -> str:
        """Return `label` or `help` in a language (the reader's), else in English."""
        language = (language or get_language() or "en").partition("-")[0]
        translated = self.translations.get(language, {}).get(name) if isinstance(self.translations, dict) else None
        return str(translated or getattr(self, name))


class ShownIf(models.Model):
    """A row that is asked only after a certain answer to an earlier question."""

    shown_if_question = models.SlugField(
        _("shown only if"), max_length=60, blank=True, help_text=_("Code of an earlier question.")
    )
    shown_if_options = models.JSONField(
        _("has one of these answers"),
        default=list,
        blank=True,
        help_text=_('Codes of options, for example ["offering"]; empty: any answer.'),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse what is no list of codes."""
        super().clean()
        kept = self.shown_if_options
        if not isinstance(kept, list) or not all(isinstance(code, str) for code in kept):
            raise ValidationError({"shown_if_options": _('Write a list of codes, for example ["offering"].')})


class Section(Translated, ShownIf):
    """A part of a questionnaire; one that repeats is answered several times (one need, another need)."""

    questionnaire = models.ForeignKey(
        Questionnaire, verbose_name=_("questionnaire"), on_delete=models.CASCADE, related_name="sections"
    )
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    label = models.CharField(_("title"), max_length=300)
    help = models.TextField(_("help"), blank=True)
    repeats = models.BooleanField(_("can be answered several times"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["questionnaire", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["questionnaire", "code"], name="section_code_unique")]

    def __str__(self) -> str:
        return self.label


class Question(Translated, ShownIf):
    """One question; its code is how answers, files and later versions know it."""

    questionnaire = models.ForeignKey(
        Questionnaire, verbose_name=_("questionnaire"), on_delete=models.CASCADE, related_name="+", editable=False
    )
    section = models.ForeignKey(Section, verbose_name=_("section"), on_delete=models.CASCADE, related_name="questions")
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    kind = models.CharField(_("kind of answer"), max_length=10, choices=QuestionKind, default=QuestionKind.TEXT)
    label = models.CharField(_("question"), max_length=500)
    short_label = models.CharField(
        _("short label"), max_length=80, blank=True, help_text=_("Heads a column of the results, e.g. “Modalities”.")
    )
    help = models.TextField(_("help"), blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    choices_from = models.CharField(
        _("choices from"), max_length=24, choices=ChoicesFrom, blank=True, help_text=_("Empty: the options below.")
    )
    allows_other = models.BooleanField(_("allows “other”, with text"), default=False)
    feeds = models.CharField(_("becomes, in a posting"), max_length=20, choices=Feeds, blank=True)
    side = models.CharField(
        _("of the"), max_length=5, choices=Side, blank=True, help_text=_("Empty: of each side that is stated.")
    )
    headings = models.TextField(
        _("other headings"),
        blank=True,
        help_text=_("As files call its column, one a line; words of the label are known."),
    )
    spellings = models.TextField(
        _("spellings of its answers"), blank=True, help_text=_("One a line: spelling = code of the answer.")
    )
    is_public = models.BooleanField(
        _("counts are shown publicly"), default=True, help_text=_("With the results, once they are released.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["section", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "code"], name="question_code_unique"),
            models.CheckConstraint(
                condition=Q(choices_from="") | Q(kind__in=(QuestionKind.SINGLE, QuestionKind.MULTIPLE)),
                name="question_choices_have_a_list",
                violation_error_message=_("Only a single or multiple choice is answered from a list."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """Refuse a code that the questionnaire has already, whatever the section."""
        super().clean()
        same = Question.objects.filter(section__questionnaire__sections=self.section_id, code=self.code)
        if self.section_id and same.exclude(pk=self.pk).exists():
            raise ValidationError({"code": _("The questionnaire has a question of this code already.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the questionnaire with the question, so that its code is unique there."""
        self.questionnaire_id = self.section.questionnaire_id
        super().save(*args, **kwargs)

    @property
    def heading(self) -> str:
        """The short label, else the question itself."""
        return self.short_label or self.label

    @property
    def is_choice(self) -> bool:
        """Whether one or several answers are chosen from a list."""
        return self.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE)

    @property
    def is_whole(self) -> bool:
        """Whether its answers are counted: numbers without decimals."""
        return self.kind == QuestionKind.WHOLE or (self.kind == QuestionKind.NUMBER and self.feeds == Feeds.PLACES)

    @property
    def names_places(self) -> bool:
        """Whether its answers are countries or groups as a survey names them, each read or kept as printed."""
        return self.kind == QuestionKind.MULTIPLE and self.choices_from in (
            ChoicesFrom.COUNTRIES,
            ChoicesFrom.GROUPS,
            ChoicesFrom.PLACES,
        )


class Option(Translated):
    """One answer to choose of a question that has its own."""

    question = models.ForeignKey(Question, verbose_name=_("question"), on_delete=models.CASCADE, related_name="options")
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    label = models.CharField(_("label"), max_length=300)
    spellings = models.TextField(
        _("other spellings"),
        blank=True,
        help_text=_("One a line. One that stands at several options chooses them all (“both”)."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["question", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["question", "code"], name="option_code_unique")]

    def __str__(self) -> str:
        return self.label
