"""Addresses of the pages of matches and of how they are scored."""

from django.urls import path

import web.converters  # noqa: F401 - the addresses use them
from matching import views
from matching.coverage.shown import views as coverage_views

app_name = "matching"

urlpatterns = [
    path("matches/", views.MatchList.as_view(), name="matches"),
    path("matches.<slug:ending>", views.MatchList.as_view(), name="matches_file"),
    path("matches/agreed/", views.CooperationList.as_view(), name="cooperation"),
    path("matches/<row:need_pk>-<row:offer_pk>/", views.MatchDetail.as_view(), name="match"),
    path("coverage/", coverage_views.CoverageOverview.as_view(), name="coverage"),
    path("coverage/duplication/", coverage_views.Duplication.as_view(), name="duplication"),
    path("coverage/duplication/<slug:place>/", coverage_views.DuplicationPlace.as_view(), name="duplication_place"),
    path("coverage/files/<slug:table>.<slug:ending>", coverage_views.CoverageFile.as_view(), name="coverage_file"),
    path("coverage/area/<slug:area>/<slug:column>/", coverage_views.CoverageCell.as_view(), name="coverage_cell"),
    path(
        "coverage/area/<slug:area>/modality/<slug:column>/",
        coverage_views.CoverageCell.as_view(is_modality=True),
        name="coverage_modality",
    ),
    path("method/", views.Method.as_view(), name="method"),
]
