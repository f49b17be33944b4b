"""Addresses of the pages of offers, needs and surveys."""

from django.urls import path

import web.converters  # noqa: F401 - the addresses use them
from surveys import views
from surveys.results import pages

app_name = "surveys"

urlpatterns = [
    path("offers/", views.OfferList.as_view(), name="offers"),
    path("offers.atom", views.OfferFeed.as_view(), name="offers_feed"),
    path("offers.<slug:ending>", views.OfferList.as_view(), name="offers_file"),
    path("offers/by-<slug:name>.svg", views.OfferPicture.as_view(), name="offers_picture"),
    path("offers/<row:pk>/", views.OfferDetail.as_view(), name="offer"),
    path("needs/", views.NeedList.as_view(), name="needs"),
    path("needs.atom", views.NeedFeed.as_view(), name="needs_feed"),
    path("needs.<slug:ending>", views.NeedList.as_view(), name="needs_file"),
    path("needs/by-<slug:name>.svg", views.NeedPicture.as_view(), name="needs_picture"),
    path("needs/<row:pk>/", views.NeedDetail.as_view(), name="need"),
    path("surveys/", pages.SurveyList.as_view(), name="surveys"),
    path("surveys/<slug:code>/", pages.SurveyDetail.as_view(), name="survey"),
    path("surveys/<slug:code>/table-1/", pages.Table1Page.as_view(), name="survey_table1"),
    path("surveys/<slug:code>/table-2/", pages.Table2Page.as_view(), name="survey_table2"),
    path("surveys/<slug:code>/answers/", pages.AnswersPage.as_view(), name="survey_answers"),
    path("surveys/<slug:code>/since/<slug:other>/", pages.SurveyChanges.as_view(), name="survey_changes"),
    path(
        "surveys/<slug:code>/since/<slug:other>.<slug:ending>",
        pages.SurveyChanges.as_view(),
        name="survey_changes_file",
    ),
    path("surveys/<slug:code>/<slug:table>.<slug:ending>", pages.ResultFile.as_view(), name="survey_file"),
]
