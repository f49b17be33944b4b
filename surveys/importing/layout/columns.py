"""Proposes for each column of a file the question that it answers; a person corrects, and that is remembered."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from surveys.choices import Feeds, QuestionKind
from surveys.importing.layout.table import Heading, SheetTable
from surveys.importing.layout.tools import ID, IGNORE, KEEP, Tool, own_column
from surveys.models import Question, Questionnaire
from surveys.questionnaires.lists import OTHER, Lists
from web.text import fold

QUESTION = "question"
PARTS = {
    QuestionKind.MONEY: ("amount", "currency", "years"),
    QuestionKind.SINGLE: (OTHER,),
    QuestionKind.MULTIPLE: (OTHER,),
}
_NOT_WORDS = re.compile(r"[^\w]+")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_NUMBERING = re.compile(r"^\s*(?:q|question\s*)?\d+(?:[.)]\d*)*[.):\s]\s*", re.IGNORECASE)
_SUB = re.compile(r"^(?P<code>[A-Za-z]\w*)\[(?P<sub>[^\]]+)\](?P<rest>.*)$", re.DOTALL)
_BRACKETED = re.compile(r"^(?P<question>[^\[\]]*(?:\[\w+\])?[^\[\]]*)\[(?P<option>[^\[\]]+)\]$")
_SUB_CODE = re.compile(r"^\s*\w+\[\w+\]\s*[.:]?\s*")
_CODE_AND_TEXT = re.compile(r"^(?P<code>[A-Za-z]\w*)\s*(?:\._\.|[.:])\s*(?P<text>.+)$", re.DOTALL)

# Words by which a heading that is no question's own names what it is about, in the UN's languages, most telling first.
WORDS: Mapping[str, Sequence[str]] = {
    Feeds.COUNTRY: (
        "country", "pays", "pais", "país", "страна", "国家", "بلد", "البلد", "member state", "land",
        "country or territory", "name of country", "iso3", "country code",
    ),
    Feeds.AGENCY: ("agency", "agence", "agencia", "organismo", "ministry", "institution", "organisation",
                   "organization", "organización", "organisme"),
    Feeds.AREAS: ("priority areas", "priority area", "areas", "area", "sectors", "sector", "sector/cluster",
                  "domaines prioritaires", "domaines", "áreas prioritarias", "areas prioritarias", "thematic areas"),
    Feeds.MODALITIES: ("modalities", "modality", "modalités", "modalites", "modalidades", "type of support",
                       "types of support"),
    Feeds.AMOUNT: ("amount", "contribution", "contributions", "montant", "monto", "contribución", "budget"),
    Feeds.OPENS_ON: ("available from", "disponible à partir du", "disponible desde", "start date", "from date"),
    Feeds.CONTACT: ("e-mail", "email", "e-mail address", "email address", "contact", "courriel"),
    Feeds.ROLE: ("role", "rôle", "provider or user", "offers or seeks"),
    Feeds.EXISTING_PARTNERS: ("support received from", "received from", "existing partners"),
    Feeds.TARGETS: ("target countries", "partner countries", "regions and countries", "regions", "target regions",
                    "priority regions"),
}  # fmt: skip
# In a long question a word such as "role" or "contact" says little; a country, areas, modalities are its subject.
TELLING = frozenset({Feeds.COUNTRY, Feeds.AREAS, Feeds.MODALITIES, Feeds.EXISTING_PARTNERS})
MOST_WORDS, FEWER_WORDS = 9, 5
MOST_PIECES = 6
"""Groups, question and option in one heading; what stands behind is one piece, whatever it holds."""
TAGS: Mapping[str, Feeds] = {
    "#country": Feeds.COUNTRY,
    "#org": Feeds.AGENCY,
    "#sector": Feeds.AREAS,
    "#subsector": Feeds.AREAS,
    "#modality": Feeds.MODALITIES,
    "#value": Feeds.AMOUNT,
    "#contact": Feeds.CONTACT,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column and where it goes.

    goes: "question:CODE", "question:CODE:PART" (a part of money, "code", "other", or "option=CODE"), one of the
    constants of `tools`, or KEEP: kept with the response, answers no question. how: by what that was proposed.
    """

    index: int
    letter: str
    heading: str
    key: str
    goes: str = KEEP
    how: str = ""
    sheet: str = ""

    @property
    def question(self) -> str:
        """Code of the question that it answers; empty where it answers none."""
        return question_of(self.goes)

    @property
    def part(self) -> str:
        """Which part of the answer it holds; empty for the whole."""
        parts = self.goes.split(":", 2)
        return parts[2] if parts[0] == QUESTION and len(parts) == 3 else ""

    @property
    def option(self) -> str:
        """Code of the one option that it says yes or no to; empty for other columns."""
        return self.part.removeprefix("option=") if self.part.startswith("option=") else ""

    def record(self) -> dict[str, str]:
        """Return the column as an import keeps it."""
        return {
            "sheet": self.sheet,
            "letter": self.letter,
            "heading": self.heading,
            "key": self.key,
            "goes": self.goes,
            "how": self.how,
        }


def question_of(goes: str) -> str:
    """Return the code of the question that a column answers which goes there; empty where it answers none."""
    parts = goes.split(":", 2)
    return parts[1] if parts[0] == QUESTION else ""


def simplify(text: str) -> str:
    """Return a heading for comparison: folded, without marks, numbering and what stands in brackets."""
    plain = _BRACKETS.sub(" ", _NUMBERING.sub("", fold(text))) or text
    return " ".join(_NOT_WORDS.sub(" ", fold(plain)).split())


class Columns:
    """Knows the headings of a questionnaire, and proposes where the columns of a table go."""

    def __init__(self, version: Questionnaire | None, lists: Lists) -> None:
        self._lists = lists
        self._questions: dict[str, Question] = {}
        self._by_heading: dict[str, str] = {}
        self._repeated: dict[str, set[str]] = {}
        self._options: dict[str, dict[str, str]] = {}
        for section in version.sections.all() if version else ():
            for question in section.questions.all():
                self._questions[question.code] = question
                if section.repeats:
                    self._repeated.setdefault(section.code, set()).add(question.code)
        for question in self._questions.values():
            for heading in _own_headings(question):
                self._by_heading.setdefault(simplify(heading), question.code)
        for feeds, words in WORDS.items():
            code = next((one.code for one in self._questions.values() if one.feeds == feeds and not one.side), None)
            code = code or next((one.code for one in self._questions.values() if one.feeds == feeds), None)
            for word in words if code else ():
                self._by_heading.setdefault(simplify(word), str(code))

    @property
    def known_words(self) -> dict[str, int]:
        """Folded headings, and how much each tells of a row that it is the one with the headings."""
        words: dict[str, int] = {}
        for question in self._questions.values():
            for heading in _own_headings(question):
                words[fold(heading)] = 3
        for heading in self._by_heading:
            words.setdefault(heading, 2)
        for feeds_words in WORDS.values():
            words.update({fold(word): max(2, words.get(fold(word), 0)) for word in feeds_words})
        return words

    def propose(self, table: SheetTable, remembered: Mapping[str, str] | None = None) -> list[Column]:
        """Return the columns of a table, and of the sheets that repeat, each with where it goes.

        remembered: by key, what a person chose for an earlier file of the same shape.
        """
        columns = self._propose(table, table.tool, remembered or {})
        for repeats in table.repeats:
            own = self._propose(repeats.table, table.tool, remembered or {}, sheet=repeats.table.sheet.name)
            columns += own
        return columns

    def goes_to(self, goes: str) -> bool:
        """Return whether a column can go there: a question that is asked, or one of the portal's own columns."""
        if goes in (KEEP, IGNORE, ID) or goes.startswith("about:"):
            return True
        column = Column(0, "", "", "", goes)
        return column.question in self._questions

    def choices(self) -> list[tuple[str, str]]:
        """Return where a column can go, for a person to choose: value and words, questions first."""
        questions: list[tuple[str, str]] = []
        for question in self._questions.values():
            questions.append((f"{QUESTION}:{question.code}", question.heading))
            questions += [
                (f"{QUESTION}:{question.code}:{part}", f"{question.heading}: {_part_words(part)}")
                for part in PARTS.get(QuestionKind(question.kind), ())
                if part != OTHER or question.allows_other
            ]
        return [
            *questions,
            (ID, _("The tool's own number of the response")),
            (KEEP, _("No question: kept with the response")),
            (IGNORE, _("Leave out")),
        ]

    def _propose(
        self, table: SheetTable, tool: Tool, remembered: Mapping[str, str], *, sheet: str = ""
    ) -> list[Column]:
        proposed = [self._column(heading, tool, remembered, sheet=sheet) for heading in table.headings]
        proposed = self._one_id(proposed, tool)
        return self._settle(proposed, table.headings)

    def _column(self, heading: Heading, tool: Tool, remembered: Mapping[str, str], *, sheet: str) -> Column:
        column = Column(heading.index, heading.letter, heading.text, heading.key, sheet=sheet)
        chosen = remembered.get(heading.key)
        if chosen and self.goes_to(chosen):
            return replace(column, goes=chosen, how="remembered")
        if option := self._sub_question(heading) or self._in_brackets(heading):
            return replace(column, goes=option, how="heading")
        own = own_column(tool, heading.own)
        exact = self._exact(heading)
        if own is not None and not (exact and own == IGNORE and exact.partition(":")[2] == fold(heading.own)):
            return replace(column, goes=own, how="tool")
        if exact:
            return replace(column, goes=exact, how="heading")
        if heading.tag:
            feeds = TAGS.get(heading.tag.partition("+")[0])
            code = next((one.code for one in self._questions.values() if one.feeds == feeds), "") if feeds else ""
            if code:
                return replace(column, goes=f"{QUESTION}:{code}", how="tag")
        if option := self._option(heading, tool):
            return replace(column, goes=option, how="heading")
        if word := self._by_word(heading):
            return replace(column, goes=word, how="word")
        return column

    def _exact(self, heading: Heading) -> str:
        for text in _readings(heading):
            code = self._by_heading.get(simplify(text))
            if code:
                return self._with_part(code, text)
            for suffix, part in (
                ("_amount", "amount"),
                ("_currency", "currency"),
                ("_years", "years"),
                ("_other", OTHER),
            ):
                base = fold(text).removesuffix(suffix)
                if base != fold(text) and base in self._questions:
                    return f"{QUESTION}:{base}:{part}"
        return ""

    def _with_part(self, code: str, text: str) -> str:
        question = self._questions[code]
        if question.feeds == Feeds.COUNTRY and fold(text) in ("iso3", "country code", "iso code", "iso3 code"):
            return f"{QUESTION}:{code}:code"
        if question.kind == QuestionKind.MONEY and fold(text) == question.code:
            return f"{QUESTION}:{code}:amount"
        return f"{QUESTION}:{code}"

    def _option(self, heading: Heading, tool: Tool) -> str:
        """Return the option that a heading such as "Modalities/Training" says yes or no to."""
        text = f"{heading.group} / {heading.own}" if heading.group else heading.text
        for separator in tool.separators if not heading.group else "/":
            pieces = text.split(separator, MOST_PIECES)
            for start in range(len(pieces) - 1):
                for end in range(start + 1, len(pieces)):
                    named = self._by_heading.get(simplify(separator.join(pieces[start:end])))
                    rest = separator.join(pieces[end:]).strip()
                    if named and (option := self._option_code(named, rest)):
                        return f"{QUESTION}:{named}:option={option}"
        code = self._named(heading.group)
        option = self._option_code(code, heading.own) if code else ""
        return f"{QUESTION}:{code}:option={option}" if option else ""

    def _sub_question(self, heading: Heading) -> str:
        """Return the option of a heading such as "modalities[SQ001]. Training" or "areas[other]"."""
        sub = _SUB.match(heading.own)
        code = self._by_heading.get(simplify(sub["code"]), fold(sub["code"])) if sub else ""
        if sub is None or code not in self._questions or not self._questions[code].is_choice:
            return ""
        if fold(sub["sub"]) == OTHER:
            return f"{QUESTION}:{code}:{OTHER}"
        words = sub["rest"].strip(" .:_-").strip("[]") or sub["sub"]
        found = (self._option_code(code, text) for text in (sub["sub"], words, words.rpartition("[")[2].rstrip("]")))
        option = next(filter(None, found), "")
        return f"{QUESTION}:{code}:option={option}" if option else ""

    def _in_brackets(self, heading: Heading) -> str:
        """Return the option of a heading such as "Which modalities can you offer? [Training]", with a code or not."""
        bracketed = _BRACKETED.match(heading.own)
        code = self._named(_SUB_CODE.sub("", bracketed["question"])) if bracketed else ""
        if bracketed is None or not code:
            return ""
        if fold(bracketed["option"]) == OTHER and self._questions[code].allows_other:
            return f"{QUESTION}:{code}:{OTHER}"
        option = self._option_code(code, bracketed["option"])
        return f"{QUESTION}:{code}:option={option}" if option else ""

    def _named(self, text: str) -> str:
        """Return the choice question that a text names, by its heading or by a word in it; empty where none does."""
        goes = self._by_heading.get(simplify(text)) or self._by_word(Heading(0, text, text)).split(":", 2)[1:2]
        code = goes if isinstance(goes, str) else "".join(goes)
        return code if code in self._questions and self._questions[code].is_choice else ""

    def _option_code(self, code: str, text: str) -> str:
        if not self._questions[code].is_choice:
            return ""
        if code not in self._options:
            options: dict[str, str] = {}
            question = self._questions[code]
            for choice in self._lists.of(question):
                for words in (choice.code, choice.label, *choice.spellings):
                    options.setdefault(simplify(words), choice.code)
            for line in question.spellings.splitlines():
                words, _equals, meant = line.partition("=")
                options[simplify(words)] = meant.strip()
            self._options[code] = options
        return self._options[code].get(simplify(text), "")

    def _by_word(self, heading: Heading) -> str:
        """Return the question that a heading names by a word in it, where the words of one kind alone are there."""
        text = f" {simplify(heading.own)} "
        length = len(text.split())
        found = {}
        for feeds, words in WORDS.items():
            if length > (MOST_WORDS if feeds in TELLING else FEWER_WORDS):
                continue
            for word in words:
                if f" {simplify(word)} " in text:
                    if named := self._by_heading.get(simplify(word)):
                        found[feeds] = named
                    break
        if Feeds.AREAS in found and Feeds.MODALITIES in found:
            found.pop(Feeds.AREAS)
        if len(found) > 1:
            # "In which country do you work": the country is what most headings of several words are about.
            found = {feeds: code for feeds, code in found.items() if feeds != Feeds.COUNTRY}
        if len(found) != 1:
            return ""
        code = next(iter(found.values()))
        if " other " in text or " otro " in text or " autre " in text:
            return f"{QUESTION}:{code}:{OTHER}" if self._questions[code].allows_other else ""
        return self._with_part(code, "")

    def _one_id(self, columns: Sequence[Column], tool: Tool) -> list[Column]:
        """Keep one column as the number of the response: the first of those that the tool knows, in its order."""
        ranks = {fold(name): rank for rank, (name, says) in enumerate(tool.columns.items()) if says == ID}
        ids = [column for column in columns if column.goes == ID and column.how == "tool"]
        chosen = [column for column in columns if column.goes == ID and column.how != "tool"]
        best = chosen[:1] or sorted(ids, key=lambda column: ranks.get(fold(column.heading), 99))[:1]
        return [
            replace(column, goes=IGNORE) if column.goes == ID and column not in best else column for column in columns
        ]

    def _settle(self, columns: Sequence[Column], headings: Sequence[Heading]) -> list[Column]:
        """Give each question one column for each part of it: the surest; the others are kept."""
        order = ("chosen", "remembered", "heading", "tag", "tool", "word", "")
        taken: dict[str, Column] = {}
        for column in sorted(columns, key=lambda one: (order.index(one.how), len(one.heading))):
            if column.question:
                taken.setdefault(column.goes, column)
        settled = [
            replace(column, goes=KEEP, how="") if column.question and taken[column.goes] is not column else column
            for column in columns
        ]
        whole = {column.question for column in settled if column.question and not column.part}
        # Where the answer is there in one column, those of its options say it again.
        return [replace(one, goes=IGNORE) if one.option and one.question in whole else one for one in settled]


def _own_headings(question: Question) -> Iterable[str]:
    yield question.code
    yield question.label
    if question.short_label:
        yield question.short_label
    yield from question.headings.splitlines()
    for words in question.translations.values():
        if words.get("label"):
            yield words["label"]


def _readings(heading: Heading) -> Iterable[str]:
    """Yield the heading, and what of it may be the question: without groups before it, without a code."""
    yield heading.own
    if heading.text != heading.own:
        yield heading.text
    if coded := _CODE_AND_TEXT.match(heading.own):
        yield coded["code"]
        yield coded["text"]
    for separator in ("/", "-", "."):
        pieces = heading.own.split(separator, MOST_PIECES)
        for start in range(1, len(pieces)):
            yield separator.join(pieces[start:])


def _part_words(part: str) -> str:
    return {
        "amount": _("amount as a number"),
        "currency": _("currency"),
        "years": _("years"),
        OTHER: _("other, as text"),
    }[part]
