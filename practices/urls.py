"""Addresses of the public pages of practices."""

from django.urls import path

import web.converters  # noqa: F401 - the addresses use them
from practices import views

app_name = "practices"

urlpatterns = [
    path("practices/", views.PracticeList.as_view(), name="practices"),
    path("practices.atom", views.PracticeFeed.as_view(), name="practices_feed"),
    path("practices.<slug:ending>", views.PracticeList.as_view(), name="practices_file"),
    path("practices/<row:pk>/", views.PracticeDetail.as_view(), name="practice"),
]
