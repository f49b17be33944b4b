"""Rows inserted as plain values: they come back as they were, whatever letters they hold, and leave their history."""

import pytest

from surveys.models import Answer, Response
from tests.factories import ResponseFactory
from web.rows import ADDED, CHANGED, DELETED, insert_history, insert_rows, last_history_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

COLUMNS = ("response_id", "question", "repeat", "value", "other", "as_given", "is_carried_over")
# What COPY reads as the end of a value, of a row or of all rows, as NULL, or as another letter.
LETTERS = [
    "a\tb", "a\nb", "a\r\nb", "a\rb", "\\", "\\\\", "\\N", "\\n", "\\t", "\\.", "\n\\.\n", "a\\\tb", "\\x41", "\\101",
    "", "NULL", "“quoted”", 'say "yes"', "it's; --", "%s %%", "ភាសាខ្មែរ", "🌊", "\u2028", "\x0b\x0c\x1b", " \t ",
]  # fmt: skip


def inserted(response: Response, texts: list[str]) -> list[str]:
    insert_rows(Answer, COLUMNS, [(response.pk, "q", at, None, "", text, False) for at, text in enumerate(texts)])
    return list(Answer.objects.filter(response=response).order_by("repeat").values_list("as_given", flat=True))


def test_whatever_letters_a_text_holds_come_back() -> None:
    assert inserted(ResponseFactory(), LETTERS) == LETTERS


def test_nothing_is_null_and_the_letters_for_it_are_not() -> None:
    response = ResponseFactory()
    rows = [(response.pk, "q", 0, None, "", "\\N", True), (response.pk, "q", 1, "[1]", "", "", False)]
    insert_rows(Answer, COLUMNS, rows)
    first, second = Answer.objects.filter(response=response).order_by("repeat")
    assert (first.value, first.as_given, first.is_carried_over) == (None, "\\N", True)
    assert (second.value, second.as_given, second.is_carried_over) == ([1], "", False)


def test_a_nul_is_refused_before_anything_is_written() -> None:
    response = ResponseFactory()
    with pytest.raises(ValueError, match="NUL"):
        inserted(response, ["before", "a\0b", "behind"])
    assert not Answer.objects.filter(response=response).exists()


def test_no_row_is_no_query(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        insert_rows(Answer, COLUMNS, [])
        insert_history(Response, [], ADDED, by=None, reason="")


def test_history_as_plain_values_is_what_the_library_writes(manager) -> None:
    response = ResponseFactory(as_printed={"Land": "Fidschi", "1": ["a\tb", None, 2.5]}, note="\\N\n", source_row=7)
    ours_of = {}
    for says in (ADDED, CHANGED, DELETED):
        insert_history(Response, [response], says, by=manager, reason="a reason")
        ours_of[says] = Response.history.get(pk=last_history_of(Response, [response.pk])[response.pk])
    Response.history.bulk_history_create([response], default_user=manager, default_change_reason="a reason")
    theirs = Response.history.get(pk=last_history_of(Response, [response.pk])[response.pk])
    left_out = ("history_id", "history_date", "history_type")
    names = [field.attname for field in theirs._meta.concrete_fields if field.attname not in left_out]
    for says, ours in ours_of.items():
        assert ours.history_type == says
        assert ours.history_date <= theirs.history_date
        assert {name: getattr(ours, name) for name in names} == {name: getattr(theirs, name) for name in names}
