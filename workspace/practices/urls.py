"""Addresses of the own practices, and of questions."""

from django.urls import URLPattern, path

import web.converters  # noqa: F401 - the addresses use them
from workspace.practices import editing, questions, views

urlpatterns: list[URLPattern] = [
    path("practices/", views.OwnPractices.as_view(), name="practices"),
    path("practices/new/", editing.PracticeEdit.as_view(), name="practice-new"),
    path("practices/<row:pk>/", views.OwnPractice.as_view(), name="practice"),
    path("practices/<row:pk>/edit/", editing.PracticeEdit.as_view(), name="practice-edit"),
    path("practices/<row:pk>/ask/", questions.AskAboutPractice.as_view(), name="practice-ask"),
    path("practices/<row:pk>/<slug:step>/", views.PracticeStep.as_view(), name="practice-step"),
    path("questions/", questions.OwnQuestions.as_view(), name="questions"),
    path("questions/<row:pk>/<slug:step>/", questions.QuestionStep.as_view(), name="question-step"),
]
