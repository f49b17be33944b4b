"""Addresses of the workspace."""

from django.urls import URLPattern, URLResolver, include, path

from workspace import views

app_name = "workspace"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.WorkspaceHome.as_view(), name="home"),
    path("switch/", views.Switch.as_view(), name="switch"),
    path("", include("workspace.postings.urls")),
    path("", include("workspace.answers.urls")),
    path("", include("workspace.matches.urls")),
    path("", include("workspace.people.urls")),
]
