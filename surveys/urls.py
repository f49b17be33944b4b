"""Addresses of the pages of offers, needs and surveys."""

from django.urls import path

import web.converters  # noqa: F401 - the addresses use them
from surveys import views

app_name = "surveys"

urlpatterns = [
    path("offers/", views.OfferList.as_view(), name="offers"),
    path("offers/<row:pk>/", views.OfferDetail.as_view(), name="offer"),
    path("needs/", views.NeedList.as_view(), name="needs"),
    path("needs/<row:pk>/", views.NeedDetail.as_view(), name="need"),
    path("surveys/", views.SurveyList.as_view(), name="surveys"),
    path("surveys/<slug:code>/", views.SurveyDetail.as_view(), name="survey"),
    path("surveys/<slug:code>/since/<slug:other>/", views.SurveyChanges.as_view(), name="survey_changes"),
    path(
        "surveys/<slug:code>/since/<slug:other>.<slug:ending>",
        views.SurveyChanges.as_view(),
        name="survey_changes_file",
    ),
    path("surveys/<slug:code>/<slug:table>.<slug:ending>", views.ResultFile.as_view(), name="survey_file"),
]
