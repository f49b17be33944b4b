"""Addresses of what concerns a whole country."""

from django.urls import URLPattern, path

from workspace.country import views

urlpatterns: list[URLPattern] = [path("window/", views.WindowPage.as_view(), name="window")]
