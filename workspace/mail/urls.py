"""Addresses that mails lead to."""

from django.urls import URLPattern, path

from workspace.mail import views

app_name = "mail"
urlpatterns: list[URLPattern] = [
    path("unsubscribe/<str:token>/", views.Unsubscribe.as_view(), name="unsubscribe"),
    path("still-valid/<str:token>/", views.StillValid.as_view(), name="still-valid"),
]
