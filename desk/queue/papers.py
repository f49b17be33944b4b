"""What is drawn up of one match: the brief for a meeting, and the letter of introduction."""

from django.db.models import QuerySet

from desk.drawn_up import DrawnUp
from directory.admin.base import actor
from matching.life.telling.briefs import brief_pdf
from matching.life.telling.letters import letter_docx, letter_name, letter_pdf
from matching.models import Match


class Brief(DrawnUp[Match]):
    """The brief, a PDF."""

    def rows(self) -> QuerySet[Match]:
        return Match.objects.for_lists()

    def written(self, row: Match, ending: str) -> bytes:
        return brief_pdf(match=row, by=actor(self.request))

    def name_of(self, row: Match, ending: str) -> str:
        return f"brief-{row.public_id}.pdf"


class IntroductionLetter(DrawnUp[Match]):
    """The letter of introduction as a draft for signature."""

    def rows(self) -> QuerySet[Match]:
        return Match.objects.for_lists()

    def written(self, row: Match, ending: str) -> bytes:
        return letter_docx(row) if ending == "docx" else letter_pdf(row)

    def name_of(self, row: Match, ending: str) -> str:
        return letter_name(row, ending)
