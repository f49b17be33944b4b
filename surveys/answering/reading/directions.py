"""What a survey says of the places that it names: who has priority, who is supported, from whom support was received.

"Which countries have priority?" is often answered with more than was asked: "Fiji; Support received from: Japan". Japan
is named there and has no priority: it is kept as a reading, and is no part of the answer, its counts, or a target.
"""

from collections.abc import Iterable
from dataclasses import replace

from surveys.choices import TARGET_DIRECTIONS, Direction, Feeds
from surveys.models import Question
from surveys.postings.named_places import NamedPlace

DIRECTIONS = {
    Feeds.TARGETS: Direction.PRIORITY,
    Feeds.PROVIDES_TO: Direction.PROVIDES_TO,
    Feeds.EXISTING_PARTNERS: Direction.EXISTING_PARTNER,
    Feeds.PREFERRED_PARTNERS: Direction.PREFERRED,
}
LINES = {Direction.PROVIDES_TO: "Support to:", Direction.EXISTING_PARTNER: "Support received from:"}
"""How a line begins that says more than the question, as `surveys.answering.reading.places` reads it."""


def direction_asked(feeds: str) -> Direction:
    """Return in which direction the places point that a question asks for."""
    return DIRECTIONS.get(Feeds(feeds), Direction.PRIORITY) if feeds else Direction.PRIORITY


def named_in(question: Question, repeat: int, places: Iterable[NamedPlace]) -> list[NamedPlace]:
    """Return the places as named in the answer to that question.

    A line of its own ("Support to: …") says more than the question.
    """
    asked = direction_asked(question.feeds)
    return [
        replace(
            place,
            question=question.code,
            repeat=repeat,
            direction=asked if place.direction == Direction.PRIORITY else place.direction,
        )
        for place in places
    ]


def codes_that_answer(question: Question, places: Iterable[NamedPlace]) -> list[str]:
    """Return the codes of those places, as named in a question, that answer it; each once, in their order."""
    asked = direction_asked(question.feeds)
    wanted = TARGET_DIRECTIONS if asked in TARGET_DIRECTIONS else {asked}
    return list(dict.fromkeys(place.code for place in places if place.code and place.direction in wanted))


def in_lines(question: Question, named: Iterable[tuple[Direction, str]]) -> str:
    """Return names as they are typed into the answer to that question: read again, each points where it pointed."""
    asked = direction_asked(question.feeds)
    by_line: dict[str, list[str]] = {"": []}
    for direction, name in named:
        line = "" if direction == asked else LINES.get(direction, "")
        by_line.setdefault(line, []).append(name)
    return "; ".join(f"{line} {', '.join(names)}".strip() for line, names in by_line.items() if names)
