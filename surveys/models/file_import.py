"""Uploaded files, how their columns were read, and what became of their rows."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.choices import IMPORT_AT_WORK, ImportState, ImportStep, RowResult
from surveys.models.survey import Survey
from web.jobs import Job, JobQuerySet


class ImportQuerySet(JobQuerySet["Import"]):
    """Imports."""

    def applied(self) -> Self:
        """Those whose rows stand."""
        return self.filter(state=ImportState.APPLIED)


class Import(Job):
    """One file brought in for a survey edition: its columns, its state, and its rows by result."""

    AT_WORK: ClassVar[frozenset[str]] = IMPORT_AT_WORK

    survey = models.ForeignKey(
        Survey,
        verbose_name=_("survey"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        help_text=_("Empty: the file opens an edition, which is made as it is written."),
    )
    asks_as = models.ForeignKey(
        Survey,
        verbose_name=_("asks what this edition asks"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Of an edition that the file opens."),
    )
    opens = models.JSONField(
        _("edition that it opens"), default=dict, blank=True, help_text=_("Its code, its title, and its day.")
    )
    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=ImportState, default=ImportState.UPLOADED)
    step = models.CharField(
        _("step"),
        max_length=12,
        choices=ImportStep,
        blank=True,
        editable=False,
        help_text=_("What is done to the file before its rows are taken one by one."),
    )
    tool = models.CharField(_("format"), max_length=40, blank=True)
    columns = models.JSONField(
        _("columns"), default=list, blank=True, help_text=_("For each column: its heading, and where it goes.")
    )
    decisions = models.JSONField(
        _("decisions on answers"), default=dict, blank=True, help_text=_("By question: spelling → code.")
    )
    letters = models.JSONField(
        _("encoding"),
        default=dict,
        blank=True,
        help_text=_("Of a text file that does not say it: the encoding, whether it is sure, and samples."),
    )
    notices = models.JSONField(_("notices"), default=list, blank=True)
    is_partial = models.BooleanField(_("good rows only"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        help_text=_("Empty: from the command line."),
    )
    counts = models.JSONField(_("counts"), default=dict, help_text=_("Rows by result."))
    erased_at = models.DateTimeField(
        _("erased"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The file itself and what its rows were: they may hold personal details."),
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(survey__isnull=False)
                | Q(asks_as__isnull=False)
                & ~Q(state__in=[ImportState.APPLIED, ImportState.UNDOING, ImportState.UNDONE]),
                name="import_of_an_edition",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def edition_title(self) -> str:
        """What the edition is called, also one that is not there yet."""
        return str(self.survey) if self.survey else str(self.opens.get("title", ""))

    def begin_anew(self) -> None:
        """Make it wait to be taken, as if it had never been; not saved."""
        super().begin_anew()
        self.step = ""

    def fail(self, why: str) -> None:
        """End it half-way, with nothing written: what was to be undone still stands, as of the day it was applied."""
        state = ImportState.APPLIED if self.state == ImportState.UNDOING else ImportState.FAILED
        Import.objects.filter(pk=self.pk, state=self.state).update(state=state, error=why)


class ImportedFile(models.Model):
    """The bytes of an uploaded file, until its import is applied or given up; never served."""

    file_import = models.OneToOneField(
        Import, verbose_name=_("import"), on_delete=models.CASCADE, primary_key=True, related_name="file"
    )
    data = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")
        ordering = ["file_import"]

    def __str__(self) -> str:
        return str(self.file_import)


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    """Rows of imports."""

    def errors_first(self) -> Self:
        """What a person has to do something about first, then all in the order of the file."""
        rank = models.Case(models.When(result=RowResult.IN_ERROR, then=0), default=1)
        return self.order_by("file_import", rank, "position")


class ImportRow(models.Model):
    """What one row of a file would become, or became."""

    file_import = models.ForeignKey(Import, verbose_name=_("import"), on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField(_("position"))
    sheet = models.CharField(_("sheet"), max_length=255, blank=True)
    row = models.PositiveIntegerField(_("row"), null=True, blank=True)
    key = models.CharField(_("key"), max_length=255, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=RowResult)
    entry = models.JSONField(
        _("report"), default=dict, help_text=_("Changed cells, errors, postings, places to check.")
    )
    before = models.JSONField(
        _("before"), null=True, blank=True, help_text=_("What a changed row was, so that it can be put back.")
    )

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["file_import", "position"]
        constraints = [models.UniqueConstraint(fields=["file_import", "position"], name="importrow_position_unique")]
        indexes = [models.Index(fields=["file_import", "result", "position"], name="importrow_result")]

    def __str__(self) -> str:
        return f"{self.row}: {self.key}"


class RememberedColumns(models.Model):
    """How a person read the columns of a file, for the next file of the same shape."""

    survey = models.ForeignKey(
        Survey, verbose_name=_("survey"), on_delete=models.CASCADE, related_name="remembered_columns"
    )
    shape = models.CharField(_("fingerprint of the headings"), max_length=64)
    columns = models.JSONField(_("columns"), default=dict, help_text=_("By heading: where it goes."))
    decisions = models.JSONField(_("decisions on answers"), default=dict, blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("remembered columns")
        verbose_name_plural = _("remembered columns")
        ordering = ["survey", "-updated_at"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "shape"], name="rememberedcolumns_survey_shape_unique")
        ]

    def __str__(self) -> str:
        return f"{self.survey} · {self.shape[:8]}"
