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
from surveys.expressions.evaluating import unknown_in
from surveys.expressions.parsing import ExpressionError, parse
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
    calculations = models.JSONField(
        _("calculations"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("What conditions and labels refer to and nobody is asked: name, section that repeats, expression."),
    )
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


REFERENCE = re.compile(r"\$\{\s*([\w.\-]+)\s*\}")


def without_references(text: str) -> str:
    """Return a text of a form for where no answers are at hand: "What does ${your_name} need?" → […your name…]."""
    return REFERENCE.sub(lambda found: f"[{found[1].replace('_', ' ')}]", text)


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
        return without_references(self.pattern(name, language))

    def pattern(self, name: str, language: str | None = None) -> str:
        """Return the same with the answers to which it refers as `${question}`: for whom fills them in."""
        language = (language or get_language() or "en").partition("-")[0]
        translated = self.translations.get(language, {}).get(name) if isinstance(self.translations, dict) else None
        return str(translated or getattr(self, name))


def refuse_what_is_no_rule(row: models.Model, *names: str) -> None:
    """Raise ValidationError for fields whose text is no expression that can be worked out."""
    for name in names:
        text = getattr(row, name)
        try:
            unknown = next(unknown_in(parse(text)), "") if text else ""
        except ExpressionError as error:
            unknown = str(error)
        if unknown:
            raise ValidationError({name: _("Not understood: %(part)s") % {"part": unknown}})


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
    shown_if_rule = models.TextField(
        _("and only if"),
        blank=True,
        help_text=_("A condition as XLSForm writes it, for example ${age} >= 18 and selected(${role}, 'offering')."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse what is no list of codes."""
        super().clean()
        kept = self.shown_if_options
        if not isinstance(kept, list) or not all(isinstance(code, str) for code in kept):
            raise ValidationError({"shown_if_options": _('Write a list of codes, for example ["offering"].')})
        refuse_what_is_no_rule(self, "shown_if_rule")


class Section(Translated, ShownIf):
    """A part of a questionnaire; one that repeats is answered several times (one need, another need)."""

    questionnaire = models.ForeignKey(
        Questionnaire, verbose_name=_("questionnaire"), on_delete=models.CASCADE, related_name="sections"
    )
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    label = models.CharField(_("title"), max_length=2000)
    help = models.TextField(_("help"), blank=True)
    repeats = models.BooleanField(_("can be answered several times"), default=False)
    repeat_count = models.TextField(
        _("how many times"),
        blank=True,
        help_text=_("An expression as XLSForm writes it; empty: as often as one likes."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["questionnaire", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["questionnaire", "code"], name="section_code_unique")]

    def __str__(self) -> str:
        return without_references(self.label)

    def clean(self) -> None:
        """Refuse what is no expression."""
        super().clean()
        refuse_what_is_no_rule(self, "repeat_count")

    @property
    def title(self) -> str:
        """Its title in the reader's language."""
        return self.words("label")


class Question(Translated, ShownIf):
    """One question; its code is how answers, files and later versions know it."""

    questionnaire = models.ForeignKey(
        Questionnaire, verbose_name=_("questionnaire"), on_delete=models.CASCADE, related_name="+", editable=False
    )
    section = models.ForeignKey(Section, verbose_name=_("section"), on_delete=models.CASCADE, related_name="questions")
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    kind = models.CharField(_("kind of answer"), max_length=10, choices=QuestionKind, default=QuestionKind.TEXT)
    label = models.CharField(_("question"), max_length=2000)
    short_label = models.CharField(
        _("short label"), max_length=80, blank=True, help_text=_("Heads a column of the results, e.g. “Modalities”.")
    )
    help = models.TextField(_("help"), blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    required_if = models.TextField(_("required only if"), blank=True, help_text=_("As XLSForm writes a condition."))
    constraint = models.TextField(
        _("answers must fit"), blank=True, help_text=_("As XLSForm writes it, for example . >= 18 and . <= 99.")
    )
    constraint_message = models.TextField(_("said of an answer that does not fit"), blank=True)
    choice_filter = models.TextField(
        _("choices offered"),
        blank=True,
        help_text=_("As XLSForm writes a choice filter, for example state = ${state}."),
    )
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
        return without_references(self.label)

    def clean(self) -> None:
        """Refuse a code that the questionnaire has already, whatever the section."""
        super().clean()
        same = Question.objects.filter(section__questionnaire__sections=self.section_id, code=self.code)
        if self.section_id and same.exclude(pk=self.pk).exists():
            raise ValidationError({"code": _("The questionnaire has a question of this code already.")})
        refuse_what_is_no_rule(self, "required_if", "constraint", "choice_filter")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the questionnaire with the question, so that its code is unique there."""
        self.questionnaire_id = self.section.questionnaire_id
        super().save(*args, **kwargs)

    @property
    def heading(self) -> str:
        """The short label, else the question itself."""
        return self.short_label or without_references(self.label)

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
    label = models.CharField(_("label"), max_length=2000)
    name = models.CharField(
        _("name in the form"), max_length=200, blank=True, help_text=_("As conditions know it; empty: the code.")
    )
    attributes = models.JSONField(
        _("columns of the form"),
        default=list,
        blank=True,
        help_text=_('What choice filters look at, for example [{"state": "north"}]; several: offered where one fits.'),
    )
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
        return without_references(self.label)

    def clean(self) -> None:
        """Refuse attributes of another shape than filters read."""
        super().clean()
        kept = self.attributes
        is_right = isinstance(kept, list) and all(
            isinstance(row, dict) and all(isinstance(value, str) for value in row.values()) for row in kept
        )
        if not is_right:
            raise ValidationError({"attributes": _('Write it as [{"state": "north"}].')})
