"""Addresses of what the own side is asked to confirm."""

from django.urls import URLPattern, path

from workspace.confirming import views

urlpatterns: list[URLPattern] = [path("confirming/", views.ToConfirm.as_view(), name="confirming")]
