"""HTML to PDF, by WeasyPrint, which fetches nothing and works in a process of its own."""

from http import HTTPStatus

from django.utils.translation import gettext as _

from web.child.calling import BUSY, answer_of_child
from web.child.limits import Limits
from web.child.refusing import Refused

LIMITS = Limits(cpu_seconds=8, seconds=20)


class PdfUnavailable(RuntimeError):
    """No PDF of this page; the message says why and what to do, for people, and `status` what to answer."""

    def __init__(self, message: str, *, status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE) -> None:
        super().__init__(message)
        self.status = status


def pdf_of(html: str) -> bytes:
    """Return the page as a PDF.

    Raises PdfUnavailable where Pango is not installed, and for a page that takes more than LIMITS.
    """
    try:
        with answer_of_child("web.child.html_to_pdf", html.encode(errors="replace"), limits=LIMITS) as answer:
            return answer.read()
    except Refused as refused:
        raise _in_words(refused) from None


def _in_words(refused: Refused) -> PdfUnavailable:
    if refused.code == "no_pango":
        return PdfUnavailable(
            _("PDFs need the library Pango (Debian: libpango-1.0-0, libpangoft2-1.0-0), which is not installed here.")
        )
    if refused.code == BUSY:
        return PdfUnavailable(_("Other files are being made just now. Try again in a minute."))
    return PdfUnavailable(
        _("No PDF can be made of this text: it takes too long or too much memory. Shorten the text, or take the DOCX."),
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )
