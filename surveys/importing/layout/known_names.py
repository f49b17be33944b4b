"""Names that cells of a survey's file may hold: by them it is told in which encoding the file is."""

from functools import cached_property

from directory.name_index import load_name_index
from directory.names import NameIndex
from surveys.models import Survey
from surveys.questionnaires.lists import Lists
from surveys.questionnaires.versions import current_version
from web.text import fold


class KnownNames:
    """Countries and groups, headings of questions and what can be chosen; read when the first cell is asked about."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey

    def __call__(self, cell: str) -> bool:
        """Return whether a cell is such a name."""
        return fold(cell) in self._words or self._names.resolve(cell).kind in ("country", "group")

    @cached_property
    def _names(self) -> NameIndex:
        return load_name_index()

    @cached_property
    def _words(self) -> frozenset[str]:
        lists, version = Lists(self._survey), current_version(self._survey)
        words = set()
        for question in version.questions if version else ():
            words |= {question.words("label"), question.label, question.heading, *question.headings.splitlines()}
            for choice in lists.readable(question):
                words |= {choice.label, *choice.spellings}
        return frozenset(fold(word) for word in words if not word.isascii())
