"""The brief of a country."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.generic import View

from directory.access import is_member
from directory.models import Country
from ssc_portal.country_pages.brief import brief_pdf, may_read_brief
from web.files.pdf import PdfUnavailable


class CountryBrief(View):
    """The brief as a PDF, for the country's coordinators and the secretariat; others are refused."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not is_member(user):
            return redirect_to_login(request.get_full_path())
        if not may_read_brief(user, kwargs["iso3"]):
            raise PermissionDenied
        country = get_object_or_404(Country.objects.listed(), pk=kwargs["iso3"])
        try:
            data = brief_pdf(country, by=user)
        except PdfUnavailable as missing:
            return HttpResponse(str(missing), status=missing.status, content_type="text/plain; charset=utf-8")
        response = HttpResponse(data, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="brief-{country.pk}.pdf"'
        response["Cache-Control"] = "no-store"
        return response
