"""Addresses of the keys to the API."""

from django.urls import URLPattern, path

import web.converters  # noqa: F401 - the addresses use them
from workspace.keys import views

urlpatterns: list[URLPattern] = [
    path("keys/", views.Keys.as_view(), name="keys"),
    path("keys/<row:pk>/replace/", views.KeyReplacement.as_view(), name="key-replace"),
    path("keys/<slug:step>/<row:pk>/", views.KeyStep.as_view(), name="key-step"),
]
