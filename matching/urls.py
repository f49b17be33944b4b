"""Addresses of the pages of matches and of how they are scored."""

from django.urls import path

import web.converters  # noqa: F401 - the addresses use them
from matching import views

app_name = "matching"

urlpatterns = [
    path("matches/", views.MatchList.as_view(), name="matches"),
    path("matches/agreed/", views.CooperationList.as_view(), name="cooperation"),
    path("matches/<row:need_pk>-<row:offer_pk>/", views.MatchDetail.as_view(), name="match"),
    path("method/", views.Method.as_view(), name="method"),
]
