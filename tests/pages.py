"""Reads pages as a person or a browser would: headings, links, and what stands in them."""

from html.parser import HTMLParser
from typing import Any

from surveys.choices import PostingStatus
from surveys.models.postings.posting import Posting
from surveys.postings.shown.editing import ShownPosting
from surveys.searching.documents import on_postings_changed
from tests.factories import AreaFactory, ModalityFactory
from web.since_shown import AS_OF

VOID = {"meta", "link", "input", "br", "hr", "img", "path", "circle", "rect"}


def as_of(posting: Posting, **typed: Any) -> dict[str, Any]:
    """What a form of the posting's page sends, had the page been read just now."""
    return {AS_OF: ShownPosting(type(posting)._default_manager.get(pk=posting.pk)).mark(), **typed}


class Page(HTMLParser):
    """One answer, read: `text`, `links`, `tags` with their attributes, and `headings` of each level."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.source: str = response.content.decode()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.headings: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        for tag in reversed(self._open):
            if tag in ("h1", "h2", "h3"):
                level, text = self.headings[-1]
                self.headings[-1] = (level, text + data)
                break

    @property
    def text(self) -> str:
        """All text, white space single."""
        return " ".join(" ".join(self.words).split())

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [attributes.get("href") or "" for tag, attributes in self.tags if tag == "a"]

    def titles(self, level: str) -> list[str]:
        """The headings of one level, white space single."""
        return [" ".join(text.split()) for found, text in self.headings if found == level]

    @property
    def mark(self) -> str:
        """What its first form carries to say what the page showed."""
        return next(field["value"] or "" for field in self.attributes_of("input") if field.get("name") == AS_OF)

    def attributes_of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each tag of that name."""
        return [attributes for found, attributes in self.tags if found == tag]


def publish_many(model: type[Any], number: int, **fields: Any) -> list[Any]:
    """Publish `number` offers or needs with an area and a modality each, in a few queries."""
    area, modality = AreaFactory(code="energy"), ModalityFactory(code="training")
    titled = {"title": "Energy", "status": PostingStatus.PUBLISHED, **fields}
    rows = model.objects.bulk_create([model(**titled) for _number in range(number)])
    side = model.__name__.lower()
    for through, column, row in (
        (model.areas.through, "priorityarea", area),
        (model.modalities.through, "modality", modality),
    ):
        through.objects.bulk_create([through(**{side: posting, column: row}) for posting in rows])
    on_postings_changed(model, [posting.pk for posting in rows])
    return rows
