"""Every address of the portal."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from ssc_portal import about, views
from ssc_portal.running.health import healthz

handler400 = views.refuse_bad_request

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.Home.as_view(), name="home"),
    path("privacy/", about.Privacy.as_view(), name="privacy"),
    path("terms/", about.Terms.as_view(), name="terms"),
    path("search/", views.Search.as_view(), name="search"),
    path("", include("directory.urls")),
    path("", include("surveys.urls")),
    path("", include("matching.urls")),
    path("workspace/", include("workspace.urls")),
    path("mail/", include("workspace.mail.urls")),
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("api/", include("ssc_portal.api")),
    path("accounts/", include("ssc_portal.accounts.urls")),
]
