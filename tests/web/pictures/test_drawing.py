"""Pictures: well-formed SVG whose numbers and lengths are those given, and in which hostile text is text."""

import re
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from web.pictures.bars import Bar, BarPicture
from web.pictures.files import picture_file, picture_response
from web.pictures.lettering import text_lines, text_width
from web.pictures.matrix import MatrixLine, MatrixPicture, MatrixSquare

pytestmark = pytest.mark.any_database

HOSTILE = '</text><script>alert(1)</script>" onload="x" ]]> &amp; \x00\x0b\ufffe ‮gnp.exe {{ 7|add:7 }} 漢字 العربية'


def bars(*rows: Bar, **more) -> BarPicture:
    return BarPicture("one", "Bars", "Answer", "Responses", list(rows), **more)


def matrix(*squares: MatrixSquare, label: str = "Energy") -> MatrixPicture:
    return MatrixPicture("heat", "Matrix", "What it says", [label, "SIDS"], [MatrixLine(label)], list(squares))


def in_a_page(picture) -> Element:
    found: Element = fromstring(render_to_string("pictures/picture.html", {"picture": picture}))
    return found


def of_class(picture: Element, name: str) -> list[Element]:
    return [one for one in picture.iter() if name in one.get("class", "").split()]


def texts_of(picture: Element, name: str) -> list[str]:
    return ["".join(one.itertext()) for group in of_class(picture, name) for one in group]


def percent(value: str | None) -> float:
    assert value is not None
    assert value.endswith("%")
    return float(value[:-1])


def test_a_bar_is_as_long_as_its_share_of_the_greatest() -> None:
    drawn = in_a_page(bars(Bar("Training", (8,)), Bar("Study visits", (2,)), Bar("None", (0,))))
    assert [percent(one.get("width")) for one in of_class(drawn, "solid")] == [100, 25]
    assert texts_of(drawn, "labels") == ["Training", "Study visits", "None"]
    assert texts_of(drawn, "numbers") == ["8", "2", "0"]


def test_a_bar_is_as_long_as_its_share_of_those_that_answered() -> None:
    drawn = in_a_page(bars(Bar("Training", (6,)), full=8))
    assert [percent(one.get("width")) for one in of_class(drawn, "solid")] == [75]


def test_the_parts_of_a_bar_stand_one_behind_the_other_each_with_its_pattern_and_a_legend() -> None:
    drawn = in_a_page(bars(Bar("Energy", (1, 3)), series=("confirmed", "not confirmed")))
    (confirmed_key, confirmed), (other_key, other) = of_class(drawn, "solid"), of_class(drawn, "lines")
    assert (percent(confirmed.get("x")), percent(confirmed.get("width"))) == (0, 25)
    assert (percent(other.get("x")), percent(other.get("width"))) == (25, 75)
    assert other.get("fill") == other_key.get("fill") == "url(#one-lines)"
    assert [one for one in drawn.iter() if one.get("id") == "one-lines"]
    assert confirmed_key.get("fill") == confirmed.get("fill")
    assert texts_of(drawn, "numbers") == ["1 + 3"]
    assert {"confirmed", "not confirmed"} <= set(drawn.itertext())


def test_from_right_to_left_a_bar_begins_at_the_right() -> None:
    with override("ar"):
        drawn = in_a_page(bars(Bar("Energy", (1, 1)), Bar("Health", (4, 0)), series=("a", "b")))
    energy = of_class(drawn, "solid")[1]
    assert (percent(energy.get("x")), percent(energy.get("width"))) == (75, 25)
    assert {one.get("x") for group in of_class(drawn, "labels") for one in group} == {"100%"}


def test_a_picture_says_what_it_shows_to_who_does_not_see_it() -> None:
    drawn = in_a_page(bars(Bar("Energy", (1, 3)), series=("confirmed", "not confirmed")))
    title, description = drawn[0], drawn[1]
    assert (title.tag, title.text) == ("title", "Bars")
    assert (description.tag, description.text) == ("desc", "confirmed + not confirmed. Energy: 1 + 3")
    assert drawn.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


@pytest.mark.parametrize(
    "picture",
    [
        bars(Bar(HOSTILE, (1,), shown=HOSTILE), series=(HOSTILE,)),
        matrix(MatrixSquare(0, 0, HOSTILE, HOSTILE, fill="none"), label=HOSTILE),
    ],
    ids=["bars", "matrix"],
)
def test_hostile_text_is_text_in_a_file(picture) -> None:
    drawn: Element = fromstring(picture_file(picture, notes=[HOSTILE]))
    tags = {one.tag.partition("}")[2] for one in drawn.iter()}
    assert tags <= {"svg", "title", "desc", "g", "rect", "text", "defs", "pattern", "circle"}
    assert not [name for one in drawn.iter() for name in one.attrib if name.startswith("on")]
    assert "<script>alert(1)</script>" in " ".join(drawn.itertext())
    assert "{{ 7|add:7 }}" in " ".join("".join(drawn.itertext()).split())


def test_hostile_text_is_text_in_a_page() -> None:
    page = render_to_string("pictures/picture.html", {"picture": bars(Bar(HOSTILE, (1,)))})
    assert "<script" not in page
    assert 'onload="' not in page


def test_a_file_has_its_title_its_notes_and_the_disclaimer_and_is_no_page() -> None:
    response = picture_response(bars(Bar("Energy", (2,))), name="energy", notes=["Of 7 responses."])
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"] == 'attachment; filename="energy.svg"'
    drawn: Element = fromstring(response.content.decode())
    said = " ".join(drawn.itertext())
    assert "Of 7 responses." in said
    assert "express no opinion" in " ".join(said.split())
    assert drawn.get("width") == "688"
    widths = [float(one.get("width", "")) for one in drawn.iter() if one.get("class") == "solid"]
    assert widths == [640]


def test_a_matrix_has_a_square_where_there_is_something_to_say() -> None:
    picture = matrix(MatrixSquare(0, 1, "G 3", "Energy, SIDS: gap", style="gap", pattern="lines"))
    drawn = in_a_page(picture)
    (square,) = of_class(drawn, "square")
    title, rect, text = square
    assert (title.text, text.text) == ("Energy, SIDS: gap", "G 3")
    assert rect.get("fill") == "url(#heat-lines)"
    assert texts_of(drawn, "heads") == ["Energy", "SIDS"]
    # It stands within the picture, below the heading of its own column.
    x, width = float(rect.get("x", "")), float(rect.get("width", ""))
    assert x + width <= float(drawn.get("width", ""))
    heads = [one for group in of_class(drawn, "heads") for one in group]
    assert float(heads[1].get("x", "")) == x + width / 2
    assert float(heads[1].get("y", "")) < float(rect.get("y", ""))


@given(text=st.text(max_size=200), width=st.integers(4, 60), most=st.integers(1, 4))
def test_no_line_is_wider_than_asked_and_no_more_are_set(text: str, width: int, most: int) -> None:
    lines = text_lines(text, width=width, most=most)
    assert 1 <= len(lines) <= most
    assert all(text_width(line) <= width for line in lines)


@given(words=st.lists(st.text("abcdefgh", min_size=1, max_size=9), max_size=12))
def test_short_words_are_set_whole_and_in_their_order(words: list[str]) -> None:
    lines = text_lines(" ".join(words), width=12, most=99)
    assert " ".join(lines).split() == words


def test_a_long_word_breaks_behind_a_stroke_or_a_hyphen() -> None:
    assert text_lines("Sustainable agriculture/food security", width=20, most=3) == [
        "Sustainable",
        "agriculture/food",
        "security",
    ]
    assert text_lines("agriculture/food", width=13, most=3) == ["agriculture/", "food"]
    assert text_lines("South-East", width=8, most=3) == ["South-", "East"]


def test_a_label_leaves_room_for_its_number() -> None:
    drawn = in_a_page(bars(Bar("Water and waste management now", (12345,))))
    first = texts_of(drawn, "labels")[0]
    assert len(first) + len(texts_of(drawn, "numbers")[0]) < 34
    assert re.fullmatch(r"12.?345", texts_of(drawn, "numbers")[0])


def test_squares_stand_at_the_same_places_in_every_language() -> None:
    picture = matrix(MatrixSquare(0, 1, "G 4", "Gap"))
    places = []
    for language in ("en", "fr"):
        with override(language):
            places.append([one.get("x") for one in of_class(in_a_page(picture), "square")[0]])
    assert places[0] == places[1]
    assert places[0][-1] == "249.5"
