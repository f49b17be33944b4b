"""Opens a file of answers for a survey edition, and says where its columns go."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from surveys.importing.layout.column import REPEATS, Column
from surveys.importing.layout.columns import Columns
from surveys.importing.layout.known_names import KnownNames
from surveys.importing.layout.table import SheetTable, find_table
from surveys.models import RememberedColumns, Survey
from surveys.questionnaires.asked import Asked
from surveys.questionnaires.xlsform.library import is_xlsform_source, source_out_of_place
from surveys.reading.cells import FileRefused
from surveys.reading.letters import Letters
from surveys.reading.source_file import open_file

MOST_NAMED = 20


@dataclass
class OpenImport:
    """A file opened for a survey edition, with where its columns go; rows come one by one."""

    survey: Survey
    asked: Asked
    table: SheetTable
    columns: list[Column]
    known: Columns
    notices: list[str]
    decisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    letters: Letters | None = None
    """How a text file was read that does not say its encoding."""


def open_import(
    survey: Survey,
    data: bytes,
    *,
    like: Survey | None = None,
    columns: Mapping[str, str] | None = None,
    decisions: Mapping[str, Mapping[str, str]] | None = None,
    encoding: str = "",
    on_rows: Callable[[int], None] | None = None,
) -> OpenImport:
    """Open a file and propose where its columns go.

    like: of an edition that is not there yet, the one whose questionnaire it will have.
    columns: where a person says that a column goes, by the key of its heading, or `Column.name`; decisions: by
    question, spellings and codes; encoding: in which a person says that the letters of a text file are. What is
    remembered of an earlier file of the same shape comes first, then the proposals.
    on_rows: is told now and then how many rows have been read.
    Raises FileRefused for a file that is no table of answers, and for a survey that asks nothing.
    """
    source = open_file(data, encoding=encoding, is_known=KnownNames(survey), on_rows=on_rows)
    if is_xlsform_source(source):
        raise FileRefused(
            _(
                "This is a questionnaire (XLSForm), not answers to one. Bring it in as the questionnaire of a survey: "
                "in the admin at the survey, or with import_questionnaire."
            )
        )
    if said := source_out_of_place(source):
        raise FileRefused(said)
    asked = Asked.to_be(survey, like) if like else Asked.of(survey)
    if not asked.questions:
        raise FileRefused(
            _(
                "The survey “%(survey)s” has no questionnaire yet, so no column can be read. Build one in the admin, "
                "copy that of another edition, or bring in an XLSForm."
            )
            % {"survey": (like or survey).code}
        )
    known = Columns(asked.version, asked.lists)
    table = find_table(source, known.known_words)
    remembered = RememberedColumns.objects.filter(survey=like or survey, shape=table.shape).first()
    chosen = {**(remembered.columns if remembered else {}), **(columns or {})}
    proposed = known.propose(table, chosen)
    if columns:
        proposed = [
            replace(one, how="chosen")
            if one.how == "remembered" and (one.name in columns or one.key in columns)
            else one
            for one in proposed
        ]
    return OpenImport(
        survey=survey,
        asked=asked,
        table=table,
        columns=proposed,
        known=known,
        notices=[*_of_letters(source.letters), *table.notices, *_of_columns(proposed)],
        decisions={**(remembered.decisions if remembered else {}), **(decisions or {})},
        letters=source.letters,
    )


def _of_letters(letters: Letters | None) -> Iterator[str]:
    if letters is not None and not letters.is_sure:
        yield _(
            "The file does not say in which encoding its letters are. %(reading)s Please check them: if they are "
            "wrong, say which encoding it is, or save the file as “CSV UTF-8”."
        ) % {"reading": letters}


def _of_columns(columns: Sequence[Column]) -> Iterator[str]:
    """Yield what a person should know of columns that answer nothing although they seem to."""
    if repeats := [_named(column) for column in columns if column.how == REPEATS]:
        yield _(
            "Not read, only kept, because the question takes one answer or is answered in another sheet: %(columns)s."
        ) % {"columns": ", ".join(repeats[:MOST_NAMED])}
    if waiting := [_named(column) for column in columns if column.lacks_option]:
        yield _("Say which answer these columns say yes or no to; until then they are only kept: %(columns)s.") % {
            "columns": ", ".join(waiting[:MOST_NAMED])
        }
    for sheet in dict.fromkeys(column.sheet for column in columns if column.sheet):
        own = [column for column in columns if column.sheet == sheet]
        if not any(column.question or column.how == REPEATS for column in own):
            yield _(
                "Of the sheet “%(sheet)s” nothing is read: no question that is asked several times has its headings."
            ) % {"sheet": sheet}


def _named(column: Column) -> str:
    heading = f"“{column.heading[:60]}”"
    return f"{column.sheet}: {heading}" if column.sheet else heading
