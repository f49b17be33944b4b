"""Addresses of the workspace."""

from django.urls import URLPattern, URLResolver, include, path

import web.converters  # noqa: F401 - the addresses use them
from workspace import searches, views

app_name = "workspace"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.WorkspaceHome.as_view(), name="home"),
    path("switch/", views.Switch.as_view(), name="switch"),
    path("searches/", searches.Searches.as_view(), name="searches"),
    path("searches/<row:pk>/remove/", searches.SearchRemoval.as_view(), name="search-remove"),
    path("", include("workspace.enquiries.urls")),
    path("", include("workspace.postings.urls")),
    path("", include("workspace.confirming.urls")),
    path("", include("workspace.answers.urls")),
    path("", include("workspace.matches.urls")),
    path("", include("workspace.practices.urls")),
    path("", include("workspace.people.urls")),
    path("", include("workspace.country.urls")),
    path("", include("workspace.keys.urls")),
]
