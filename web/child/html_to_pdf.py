"""Makes a PDF of a page, in a child: WeasyPrint takes seconds for a long table, and minutes for a hostile text."""

from collections.abc import Iterator, Mapping
from typing import Any

from web.child.refusing import Refused


def answer(data: bytes, options: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the PDF of a page in UTF-8. Refuses with `no_pango` where that library is not installed."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError:
        raise Refused("no_pango") from None
    # No protocol at all is allowed: what is fetched would be fetched by the server, in its own name.
    document: Any = HTML(string=data.decode(), url_fetcher=URLFetcher(allowed_protocols=()))
    yield bytes(document.write_pdf())
