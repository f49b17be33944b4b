"""What a form holds in columns that no question here has, and languages that nobody knows: told, never dropped."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from surveys.questionnaires.form import Form
from surveys.questionnaires.xlsform.findings import Findings, rows_in_words
from surveys.questionnaires.xlsform.languages import is_known, language_code
from surveys.reading.cells import Sheet, SourceRow

READ = {
    "survey": frozenset({
        "type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message", "choice_filter",
        "calculation", "calculate", "repeat_count", "disabled", "parameters", "read_only", "readonly",
        "jr:constraintmsg", "constraint message", "choice filter", "read only", "repeat count", "caption",
        "relevance", "skippable",
    }),
    "choices": frozenset({"list_name", "list name", "name", "label", "value", "caption"}),
}  # fmt: skip
TRANSLATED = frozenset({"label", "hint", "constraint_message", "constraint message"})
# Nothing of what is asked hangs on them.
OF_THE_TOOL = frozenset(
    {"", "appearance", "note", "notes", "comment", "comments", "order", "kuid", "$kuid", "$autoname", "hxl", "tags"}
)


def tell_columns(sheets: Sequence[Sheet], form: Form, told: Findings) -> None:
    """Tell of each column that holds something and is not kept, with the questions and rows where it does."""
    filters = {
        column
        for question in form.questions.values()
        for option in question.options
        for row in option.attributes
        for column in row
    }
    for sheet in sheets:
        name = sheet.name.strip().casefold()
        if name not in READ or not sheet.rows:
            continue
        header = sheet.rows[0].cells
        for place, column in enumerate(header):
            plain = _plain(column)
            if plain in READ[name] | OF_THE_TOOL or plain.startswith("ssc_") or column.strip() in filters:
                continue
            filled = list(_filled(sheet.rows[1:], header, place))
            if filled:
                told.notice_of_form(
                    _("Column “%(column)s” of sheet “%(sheet)s” is not kept: %(rows)s.")
                    % {"column": column, "sheet": sheet.name, "rows": rows_in_words(filled)}
                )


def tell_languages(sheets: Sequence[Sheet], told: Findings) -> None:
    """Tell of languages that nobody knows by that name, and of a form without English."""
    names: dict[str, None] = {}
    for sheet in sheets:
        if sheet.name.strip().casefold() not in READ or not sheet.rows:
            continue
        for column in sheet.rows[0].cells:
            plain, _mark, language = column.partition("::")
            if plain.strip().casefold() in TRANSLATED:
                names[language.strip()] = None
    unknown = [name for name in names if name and not is_known(language_code(name))]
    if unknown:
        told.notice_of_form(
            _("The language “%(languages)s” is not known: write its code in brackets behind it, as in “French (fr)”.")
            % {"languages": "”, “".join(unknown)}
        )
    if names and not any(language_code(name) == "en" for name in names):
        told.notice_of_form(_("The form has no English: the texts of its default language stand for it."))


def _plain(column: str) -> str:
    """Return the name of a column without its language, and without what says where the form's XML has it."""
    first, _mark, rest = column.replace("::", ":").partition(":")
    return (rest if first.strip().casefold() in ("bind", "body", "control") else first).strip().casefold()


def _filled(rows: Sequence[SourceRow], header: Sequence[str], place: int) -> Iterator[str]:
    """Yield where a column holds something: the name in the row, and the row as the sheet counts it."""
    own = next((index for index, cell in enumerate(header) if cell.strip().casefold() in ("name", "value")), None)
    for row in rows:
        if place < len(row.cells) and row.cells[place]:
            name = row.cells[own] if own is not None and own < len(row.cells) else ""
            yield _("“%(name)s” (row %(row)s)") % {"name": name, "row": row.number}
