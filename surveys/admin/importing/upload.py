"""The form by which a file comes in: for a survey edition that is there, or for one that the file opens."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.importing.new_edition import NewEdition
from surveys.models import Survey
from surveys.postings.forms.day_field import PostingDayField, day_input
from surveys.reading.cells import MAX_FILE_BYTES


def _that_ask() -> Any:
    return Survey.objects.filter(questionnaires__isnull=False).distinct()


class ImportUploadForm(forms.Form):
    """A file, and where it goes."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=255,
        help_text=gettext_lazy(
            "CSV, TSV or XLSX as KoboToolbox, ODK, LimeSurvey, Google Forms, Microsoft Forms or SurveyMonkey export "
            "it, or a plain table with a column “country”. At most 25 MB and 50,000 rows. Nothing is written before "
            "you have seen a preview."
        ),
    )
    survey = forms.ModelChoiceField(
        _that_ask(),
        label=gettext_lazy("Survey"),
        required=False,
        empty_label=gettext_lazy("a new edition, as said below"),
        help_text=gettext_lazy("Choose the edition that the answers belong to, or say below which one to open."),
    )
    title = forms.CharField(label=gettext_lazy("Title of the new edition"), max_length=200, required=False)
    code = forms.SlugField(
        label=gettext_lazy("Its code"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Letters, digits and hyphens, with the year, for example: ssc-survey-2027. Stays."),
    )
    stated_on = PostingDayField(
        label=gettext_lazy("Stated on"),
        required=False,
        widget=day_input(),
        help_text=gettext_lazy("The day as of which the answers hold, if there is one."),
    )
    asks_as = forms.ModelChoiceField(
        _that_ask(),
        label=gettext_lazy("Its questionnaire"),
        required=False,
        empty_label=gettext_lazy("choose"),
        help_text=gettext_lazy(
            "The new edition asks what the latest version of this one asks. It is made when the file is written, "
            "not before, and is shown to nobody until you say so."
        ),
    )
    of_new_edition = ("title", "code", "stated_on", "asks_as")

    def clean_file(self) -> Any:
        """Refuse what is larger than is read, before it is."""
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise forms.ValidationError(
                _("The file has more than %(limit)d MB: split it."), params={"limit": MAX_FILE_BYTES // 1_000_000}
            )
        return file

    def clean_code(self) -> str:
        """Refuse the code of an edition that is there."""
        code: str = self.cleaned_data["code"]
        if code and Survey.objects.filter(code=code).exists():
            raise forms.ValidationError(_("There is an edition of this code: choose it above, or give another code."))
        return code

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two: an edition that is there, or all that a new one needs."""
        cleaned = super().clean() or self.cleaned_data
        given = [name for name in self.of_new_edition if cleaned.get(name)]
        if cleaned.get("survey"):
            if given:
                self.add_error("survey", _("Choose a survey, or fill in a new edition below; not both."))
        elif not given and not self.errors:
            self.add_error("survey", _("Choose a survey, or say below which edition to open."))
        else:
            for name in ("title", "code", "asks_as"):
                if name not in self.errors and not cleaned.get(name) and "survey" not in self.errors:
                    self.add_error(name, _("A new edition needs this."))
        return cleaned

    def edition(self) -> Survey | NewEdition:
        """Return where the file goes."""
        cleaned = self.cleaned_data
        if cleaned["survey"]:
            return cleaned["survey"]
        return NewEdition(
            code=cleaned["code"], title=cleaned["title"], stated_on=cleaned["stated_on"], like=cleaned["asks_as"]
        )
