"""Addresses of enquiries about postings."""

from django.urls import URLPattern, path

import web.converters  # noqa: F401 - the addresses use them
from workspace.enquiries import views

urlpatterns: list[URLPattern] = [
    *(
        path(f"{kind}s/<row:pk>/ask/", views.AskAboutPosting.as_view(), {"kind": kind}, name=f"{kind}-ask")
        for kind in ("offer", "need")
    ),
    path("enquiries/", views.OwnEnquiries.as_view(), name="enquiries"),
    path("enquiries/<row:pk>/<slug:step>/", views.EnquiryStep.as_view(), name="enquiry-step"),
]
