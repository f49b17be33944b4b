"""Writes a questionnaire as XLSForm, for KoboToolbox and ODK; our own columns begin with `ssc_`, ignored there."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.translation import override

from surveys.choices import QuestionKind
from surveys.expressions.parsing import as_text, both, parse
from surveys.models import Option, Question, Questionnaire, Section
from surveys.questionnaires.form import Calculation, Condition, form_of
from surveys.questionnaires.lists import OTHER, Lists
from surveys.questionnaires.xlsform.conditions import NamesOfChoices, condition_as_expression
from web.files.exports import text_cell
from web.files.workbooks import new_workbook

ENGLISH = "English (en)"
LIST_PREFIX = "ssc_"
OTHER_LABEL = "Other: please specify"
OTHER_LABELS = frozenset({OTHER_LABEL, "Specify other."})
"""What asks for another answer in our own words and in those of the library."""
TYPES = {
    QuestionKind.TEXT: "text",
    QuestionKind.NUMBER: "decimal",
    QuestionKind.WHOLE: "integer",
    QuestionKind.DATE: "date",
}
RULES = ("constraint", "choice_filter", "calculation", "repeat_count")
SPELLINGS = "ssc_spellings"
OWN = ("ssc_short_label", "ssc_feeds", "ssc_side", "ssc_headings", SPELLINGS, "ssc_public")
CURRENCY_HINT = "ISO 4217, for example USD"
YEARS_HINT = "As stated, for example 2025–2027 or per year"

Row = dict[str, str]


def write_xlsform(questionnaire: Questionnaire) -> bytes:
    """Return a questionnaire that was fetched whole (with its survey) as a workbook of XLSForm.

    What is not translated stands in English in the other languages' columns: the forms warn of gaps.
    """
    languages = [("en", ENGLISH), *((code, language_name(code)) for code in form_of(questionnaire).languages)]
    survey = list(_survey_rows(questionnaire, languages))
    choices = list(_choice_rows(questionnaire, languages))
    settings = [
        {
            "form_title": questionnaire.survey.title,
            "form_id": questionnaire.survey.code,
            "version": str(questionnaire.number),
            "default_language": ENGLISH,
        }
    ]
    labels = [f"{name}::{language}" for name in ("label", "hint") for _code, language in languages]
    messages = [f"constraint_message::{language}" for _code, language in languages]
    used = {column for row in survey for column, text in row.items() if text}
    rules = [column for column in (*RULES, *messages) if column in used]
    known = ("list_name", "name", *labels[: len(languages)])
    filters = dict.fromkeys(column for row in choices for column in row if column not in known and column != SPELLINGS)
    if len({(row["list_name"], row["name"]) for row in choices}) < len(choices):
        settings[0]["allow_choice_duplicates"] = "yes"
    out = io.BytesIO()
    with new_workbook() as book:
        _sheet(book, "survey", ("type", "name", *labels, "required", "relevant", *rules, *OWN), survey)
        _sheet(book, "choices", (*known, *filters, SPELLINGS), choices)
        _sheet(book, "settings", tuple(settings[0]), settings)
        book.save(out)
    return out.getvalue()


def language_name(code: str) -> str:
    """Return how XLSForm names a language: "Français (fr)"."""
    return f"{LANG_INFO.get(code, {}).get('name_local', code)} ({code})"


def _sheet(book: Any, title: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    sheet = book.create_sheet(title)
    sheet.append([text_cell(sheet, column) for column in columns])
    for row in rows:
        sheet.append([text_cell(sheet, row[column]) if row.get(column) else None for column in columns])


def _words(languages: Sequence[tuple[str, str]], text: Callable[[str, str], str]) -> Row:
    return {
        f"{column}::{language}": text(name, code)
        for column, name in (("label", "label"), ("hint", "help"))
        for code, language in languages
    }


def _messages(question: Question, languages: Sequence[tuple[str, str]]) -> Row:
    return {
        f"constraint_message::{language}": question.pattern("constraint_message", code) for code, language in languages
    }


def _survey_rows(questionnaire: Questionnaire, languages: Sequence[tuple[str, str]]) -> Iterator[Row]:
    names = _names_of_choices(questionnaire)
    calculations = [Calculation(**one) for one in questionnaire.calculations]
    for section in questionnaire.sections.all():
        kind = "repeat" if section.repeats else "group"
        yield {
            "type": f"begin_{kind}",
            "name": section.code,
            "relevant": _relevant(section, names),
            "repeat_count": section.repeat_count,
            **_words(languages, section.pattern),
        }
        for question in section.questions.all():
            yield from _question_rows(question, languages, names)
        yield from (_calculation_row(one) for one in calculations if one.section == section.code)
        yield {"type": f"end_{kind}", "name": section.code}
    yield from (_calculation_row(one) for one in calculations if not one.section)


def _calculation_row(calculation: Calculation) -> Row:
    return {"type": "calculate", "name": calculation.name, "calculation": calculation.rule}


def _question_rows(question: Question, languages: Sequence[tuple[str, str]], names: NamesOfChoices) -> Iterator[Row]:
    row = {
        "name": question.code,
        **_words(languages, question.pattern),
        **_messages(question, languages),
        "required": "true" if question.is_required else question.required_if,
        "relevant": _relevant(question, names),
        "constraint": question.constraint,
        "choice_filter": question.choice_filter,
        "ssc_short_label": question.short_label,
        "ssc_feeds": question.feeds,
        "ssc_side": question.side,
        "ssc_headings": question.headings,
        "ssc_spellings": question.spellings,
        "ssc_public": "" if question.is_public else "no",
    }
    if question.kind == QuestionKind.MONEY:
        yield (
            row
            | dict.fromkeys(("required", "constraint", *_messages(question, languages)), "")
            | {"type": "begin_group"}
        )
        for part, kind, words, hint in (
            ("amount", "decimal", "Amount", ""),
            ("currency", "text", "Currency", CURRENCY_HINT),
            ("years", "text", "Years", YEARS_HINT),
        ):
            texts = {"label": words, "help": hint}
            yield {
                "type": kind,
                "name": f"{question.code}_{part}",
                **(
                    {column: row[column] for column in ("required", "constraint", *_messages(question, languages))}
                    if part == "amount"
                    else {}
                ),
                **_words(languages, lambda name, _code, texts=texts: texts[name]),  # type: ignore[misc]
            }
        yield {"type": "end_group", "name": question.code}
        return
    if not question.is_choice:
        yield row | {"type": TYPES[QuestionKind(question.kind)]}
        return
    select = "select_one" if question.kind == QuestionKind.SINGLE else "select_multiple"
    yield row | {"type": f"{select} {_list_name(question)}"}
    if question.allows_other:
        yield {
            "type": "text",
            "name": f"{question.code}_other",
            "relevant": as_text(condition_as_expression(Condition(question.code, (OTHER,)), names)),
            **_words(languages, lambda name, _code: {"label": OTHER_LABEL, "help": ""}[name]),
        }


def _list_name(question: Question) -> str:
    if not question.choices_from:
        return question.code
    # The same list with and without "other" is two lists.
    return f"{LIST_PREFIX}{question.choices_from}{'_or_other' if question.allows_other else ''}"


def _choice_rows(questionnaire: Questionnaire, languages: Sequence[tuple[str, str]]) -> Iterator[Row]:
    written = set()
    lists = Lists(questionnaire.survey)
    for question in questionnaire.questions:
        name = _list_name(question)
        if not question.is_choice or name in written:
            continue
        written.add(name)
        options: dict[str, Option] = {option.code: option for option in question.options.all()}
        labels: dict[str, dict[str, str]] = {}
        for code, _language in languages:
            with override(code):
                labels[code] = {choice.code: choice.label for choice in lists.of(question)}
        for choice in lists.of(question):
            option = options.get(choice.code)
            row = {
                "list_name": name,
                "name": option.name or option.code if option else choice.code,
                **{
                    f"label::{language}": option.pattern("label", code) if option else labels[code][choice.code]
                    for code, language in languages
                },
                SPELLINGS: option.spellings if option else "",
            }
            yield from (row | columns for columns in (option.attributes if option and option.attributes else [{}]))


def _names_of_choices(questionnaire: Questionnaire) -> NamesOfChoices:
    """Return the names of the form of choices, by question and code."""
    return {
        question.code: {option.code: option.name or option.code for option in question.options.all()}
        for question in questionnaire.questions
        if question.is_choice
    }


def _relevant(row: Section | Question, names: NamesOfChoices) -> str:
    """Return when a row is shown, as one expression."""
    condition = Condition(row.shown_if_question, tuple(row.shown_if_options)) if row.shown_if_question else None
    whole = both(
        condition_as_expression(condition, names) if condition else None,
        parse(row.shown_if_rule) if row.shown_if_rule else None,
    )
    return as_text(whole) if whole else ""
