"""Addresses of the pages of countries and agencies."""

from django.urls import path

from directory import views

app_name = "directory"

urlpatterns = [
    path("countries/", views.CountryList.as_view(), name="countries"),
    path("countries.<slug:ending>", views.CountryList.as_view(), name="countries_file"),
    path("countries/<str:iso3>/", views.CountryDetail.as_view(), name="country"),
    path("agencies/", views.AgencyList.as_view(), name="agencies"),
    path("agencies.<slug:ending>", views.AgencyList.as_view(), name="agencies_file"),
    path("agencies/<slug:code>/", views.AgencyDetail.as_view(), name="agency"),
]
