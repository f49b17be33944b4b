"""Addresses of surveys to answer."""

from django.urls import path

import web.converters  # noqa: F401 - the addresses use them
from workspace.answers import views

urlpatterns = [
    path("surveys/", views.SurveysToAnswer.as_view(), name="surveys"),
    path("surveys/<slug:code>/", views.SurveyAnswers.as_view(), name="survey"),
    path("surveys/<slug:code>/print/", views.PrintAnswers.as_view(), name="survey_print"),
    path("surveys/<slug:code>/<slug:section>/", views.SectionAnswers.as_view(), name="survey_section"),
    path("surveys/<slug:code>/<slug:section>/<row:repeat>/", views.SectionAnswers.as_view(), name="survey_repeat"),
    path("responses/<row:pk>/", views.ApproveAnswers.as_view(), name="response"),
]
