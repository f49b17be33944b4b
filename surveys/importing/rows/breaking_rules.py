"""Says which answers of a file do not fit the rules of their questions: they are kept as they were given, and named."""

from collections import defaultdict
from itertools import islice

from django.utils.translation import gettext as _

from surveys.importing.rows.cells import ReadRow
from surveys.questionnaires.asked import Asked
from surveys.questionnaires.rules import Rules
from web.calendar.days import today

MOST_ROWS_NAMED, MOST_NOTICES = 10, 30


class BrokenRules:
    """Collects them row by row. A tool asked by rules of its own: what was sent in counts, and nothing is refused."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._ruled = {
            question.code: question
            for question in (asked.version.questions if asked.version else ())
            if question.constraint or question.choice_filter
        }
        self._rows: dict[tuple[str, str], list[int]] = defaultdict(list)

    def note(self, read: ReadRow) -> None:
        """Look at the answers of a row; without rules it costs nothing."""
        version = self._asked.version
        if not self._ruled or version is None or read.answers is None:
            return
        given = read.answers.given
        rules = Rules(version, given, today=today(), lists=self._asked.lists)
        for one in given:
            question = self._ruled.get(one.question)
            if question and rules.is_shown(question, one.repeat) and (said := rules.complaint(question, one)):
                self._rows[question.code, said].append(read.number)

    def notices(self) -> list[str]:
        """Return a notice for each question and rule, with the first rows."""
        found = [
            _("“%(question)s”, rows %(rows)s: %(said)s The answers are kept as they were given.")
            % {"question": self._ruled[code].heading, "rows": _in_words(rows), "said": said}
            for (code, said), rows in islice(self._rows.items(), MOST_NOTICES)
        ]
        if more := len(self._rows) - len(found):
            found.append(
                _("%(more)d more kinds of answers do not fit their questions; they are kept too.") % {"more": more}
            )
        return found


def _in_words(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:MOST_ROWS_NAMED]))
    more = len(rows) - MOST_ROWS_NAMED
    return shown if more <= 0 else _("%(rows)s and %(more)d more") % {"rows": shown, "more": more}
