"""Addresses of the matches of those who answer for a side."""

from django.urls import URLPattern, path

import web.converters  # noqa: F401 - the addresses use them
from workspace.matches import views

_PAIR = "matches/<row:need_pk>-<row:offer_pk>/"

urlpatterns: list[URLPattern] = [
    path("matches/", views.OwnMatches.as_view(), name="matches"),
    path(_PAIR, views.OwnMatch.as_view(), name="match"),
    path(f"{_PAIR}letter.docx", views.LetterDownload.as_view(), {"ending": "docx"}, name="match_letter_docx"),
    path(f"{_PAIR}letter.pdf", views.LetterDownload.as_view(), {"ending": "pdf"}, name="match_letter_pdf"),
]
