"""Addresses of people."""

from django.urls import URLPattern, path

import web.converters  # noqa: F401 - the addresses use them
from workspace.people import address, cover, hand_over, own_data_page, views

urlpatterns: list[URLPattern] = [
    path("profile/", views.ProfilePage.as_view(), name="profile"),
    path("profile/address/", address.AddressPage.as_view(), name="address"),
    path("profile/hand-over/", hand_over.HandOver.as_view(), name="hand-over"),
    path("profile/cover/<row:pk>/", cover.CoverPage.as_view(), name="cover"),
    path("profile/cover/<row:pk>/end/", cover.CoverEnd.as_view(), name="cover-end"),
    path("address/<str:token>/", address.AddressConfirmation.as_view(), name="address-confirm"),
    path("profile/own-data.<str:ending>", own_data_page.OwnData.as_view(), name="own-data"),
    path("people/", views.People.as_view(), name="people"),
    path("people/<slug:step>/<row:pk>/", views.PeopleStep.as_view(), name="people-step"),
    path("leave/<row:pk>/", views.Leave.as_view(), name="leave"),
    path("directory/", views.Directory.as_view(), name="directory"),
    path("invitation/<str:token>/", views.Accept.as_view(), name="accept"),
]
