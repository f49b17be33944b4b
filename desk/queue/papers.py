"""What is drawn up of one match: the brief for a meeting, and the letter of introduction."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from directory.admin.base import actor
from matching.life.telling.briefs import brief_pdf
from matching.life.telling.letters import CONTENT_TYPES, letter_docx, letter_name, letter_pdf
from matching.models import Match
from web.files.pdf import PdfUnavailable


class MatchPaper(View):
    """A file about one match, made when it is asked for and kept nowhere."""

    http_method_names = ["get", "head"]

    def written(self, match: Match, ending: str) -> bytes:
        """Return the file. Raises PdfUnavailable where one cannot be made."""
        raise NotImplementedError

    def name_of(self, match: Match, ending: str) -> str:
        """Return the name of the file."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *, pk: int, ending: str = "pdf") -> HttpResponse:
        """Return the file, or say what is missing to make one."""
        if ending not in CONTENT_TYPES:
            raise Http404
        match = get_object_or_404(Match.objects.for_lists(), pk=pk)
        try:
            data = self.written(match, ending)
        except PdfUnavailable as missing:
            return HttpResponse(str(missing), status=missing.status, content_type="text/plain; charset=utf-8")
        response = HttpResponse(data, content_type=CONTENT_TYPES[ending])
        response["Content-Disposition"] = f'attachment; filename="{self.name_of(match, ending)}"'
        response["Cache-Control"] = "no-store"
        return response


class Brief(MatchPaper):
    """The brief, a PDF."""

    def written(self, match: Match, ending: str) -> bytes:
        return brief_pdf(match=match, by=actor(self.request))

    def name_of(self, match: Match, ending: str) -> str:
        return f"brief-{match.public_id}.pdf"


class IntroductionLetter(MatchPaper):
    """The letter of introduction as a draft for signature."""

    def written(self, match: Match, ending: str) -> bytes:
        return letter_docx(match) if ending == "docx" else letter_pdf(match)

    def name_of(self, match: Match, ending: str) -> str:
        return letter_name(match, ending)
