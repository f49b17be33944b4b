"""Every address of the portal."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from directory.papers.serving import PaperScanDownload
from ssc_portal import views
from ssc_portal.country_pages.views import CountryBrief
from ssc_portal.guide import about, rules
from ssc_portal.languages import ChooseLanguage
from ssc_portal.searching.page import Search
from ssc_portal.watching.health import healthz, readyz
from ssc_portal.watching.metrics import metrics

handler400 = views.refuse_bad_request
handler500 = views.answer_fault

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.Home.as_view(), name="home"),
    path("privacy/", about.Privacy.as_view(), name="privacy"),
    path("terms/", about.Terms.as_view(), name="terms"),
    path("help/", rules.Help.as_view(), name="help"),
    path("working-rules/", rules.WorkingRules.as_view(), name="working_rules"),
    path("language/", ChooseLanguage.as_view(), name="language"),
    path("search/", Search.as_view(), name="search"),
    path("papers/<uuid:public_id>/scan/", PaperScanDownload.as_view(), name="paper-scan"),
    path("countries/<str:iso3>/brief.pdf", CountryBrief.as_view(), name="country-brief"),
    path("", include("directory.urls")),
    path("", include("surveys.urls")),
    path("", include("matching.urls")),
    path("", include("practices.urls")),
    path("workspace/", include("workspace.urls")),
    path("mail/", include("workspace.mail.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/", include("ssc_portal.api")),
    path("accounts/", include("ssc_portal.accounts.urls")),
]
