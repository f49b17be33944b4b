"""HTML to PDF, by WeasyPrint, which fetches nothing."""

from typing import Any

from django.utils.translation import gettext as _


class PdfUnavailable(RuntimeError):
    """No PDFs on this machine; the message says what to install, for people."""


def pdf_of(html: str) -> bytes:
    """Return the page as a PDF. Raises PdfUnavailable where Pango is not installed."""
    try:
        from weasyprint import HTML
    except OSError as missing:
        raise PdfUnavailable(
            _("PDFs need the library Pango (Debian: libpango-1.0-0, libpangoft2-1.0-0), which is not installed here.")
        ) from missing
    document: Any = HTML(string=html, url_fetcher=_refuse)
    return bytes(document.write_pdf())


def _refuse(url: str, *args: Any, **kwargs: Any) -> Any:
    raise ValueError(f"A PDF fetches nothing, not {url!r} either.")
