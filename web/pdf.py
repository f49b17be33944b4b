"""HTML to PDF, by WeasyPrint, which fetches nothing."""

from typing import Any

from django.utils.translation import gettext as _


class PdfUnavailable(RuntimeError):
    """No PDFs on this machine; the message says what to install, for people."""


def pdf_of(html: str) -> bytes:
    """Return the page as a PDF. Raises PdfUnavailable where Pango is not installed."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as missing:
        raise PdfUnavailable(
            _("PDFs need the library Pango (Debian: libpango-1.0-0, libpangoft2-1.0-0), which is not installed here.")
        ) from missing
    # No protocol at all is allowed: what is fetched would be fetched by the server, in its own name.
    document: Any = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=()))
    return bytes(document.write_pdf())
