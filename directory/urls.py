"""Addresses of the pages of countries and agencies."""

from django.urls import path

from directory import views

app_name = "directory"

urlpatterns = [
    path("countries/", views.CountryList.as_view(), name="countries"),
    path("countries/<slug:iso3>/", views.CountryDetail.as_view(), name="country"),
    path("agencies/", views.AgencyList.as_view(), name="agencies"),
    path("agencies/<slug:code>/", views.AgencyDetail.as_view(), name="agency"),
]
