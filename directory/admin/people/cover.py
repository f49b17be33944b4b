"""The page on which a manager lets the alternate of a designation act while its person is away, and ends it."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.admin.base import actor
from directory.models import Designation
from directory.people import designations
from directory.people.designations import DesignationRefused
from web.converters import row_number


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CoverForSomebodyForm(forms.Form):
    """From which day to which the alternate acts."""

    first = forms.DateField(label=gettext_lazy("First day"), widget=_day_input(), input_formats=["%Y-%m-%d"])
    last = forms.DateField(label=gettext_lazy("Last day, inclusive"), widget=_day_input(), input_formats=["%Y-%m-%d"])

    def clean(self) -> dict[str, Any]:
        """Refuse days that lie the wrong way round, at the field."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            raise ValidationError({"last": _("The last day lies before the first.")})
        return cleaned


def show_cover(model_admin: ModelAdmin[Designation], request: HttpRequest, pk: int) -> HttpResponse:
    """Answer GET with who acts for the person and the form; answer POST by beginning it, or by ending one."""
    rows = Designation.objects.select_related("affiliation__user", "affiliation__agency", "alternate", "covers")
    designation = get_object_or_404(rows, pk=pk)
    if not model_admin.has_change_permission(request, designation):
        raise PermissionDenied
    if designation.covers is not None:
        # Who acts for another has nobody act for itself: the page of the one who is away is asked for.
        raise Http404
    begins = request.method == "POST" and "end" not in request.POST
    form = CoverForSomebodyForm(request.POST if begins else None)
    if request.method == "POST":
        try:
            if "end" in request.POST:
                _end(request, designation)
                return HttpResponseRedirect(request.path)
            if form.is_valid():
                acting = designations.cover(designation=designation, by=actor(request), **form.cleaned_data)
                said = _("%(who)s acts for %(away)s on these days. Both are told by e-mail.")
                who = {"who": acting.affiliation.user, "away": designation.affiliation.user}
                messages.success(request, said % who)
                return HttpResponseRedirect(request.path)
        except DesignationRefused as refused:
            form.add_error(None, str(refused))
    covers = designation.covered_by.select_related("affiliation__user", "recorded_by")
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Who acts while the person is away"),
        "designation": designation,
        "covers": covers.order_by("-valid_from", "-pk"),
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return TemplateResponse(request, "admin/directory/designation/cover.html", context, status=status)


def _end(request: HttpRequest, designation: Designation) -> None:
    acting = get_object_or_404(designation.covered_by.all(), pk=row_number(request.POST["end"]) or 0)
    designations.end_cover(designation=acting, by=actor(request))
    messages.success(request, _("Ended: nobody acts in another's place by it any more. Both are told by e-mail."))
