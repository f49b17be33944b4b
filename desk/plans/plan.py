"""Which matches to propose: the plans, the form that makes one, and what a reviewer decides on it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from desk.base import DeskAdmin
from desk.plans import page
from directory.access import Action, can
from directory.models import User
from matching.allocation import plans
from matching.allocation.weighing import Settings
from matching.life.steps import ReviewRefused
from matching.models import Allocation, AllocationPick

MOST_SAID = 10


class AllocationForm(forms.ModelForm[Allocation]):
    """What a reviewer asks a plan for."""

    class Meta:
        model = Allocation
        fields = ("weight_ldc", "weight_lldc", "weight_sids", "most_per_need", "most_in_all")


@admin.register(Allocation)
class AllocationAdmin(DeskAdmin[Allocation]):
    """Plans are made and decided by `matching.allocation.plans`, and changed in no other way."""

    list_display = ("started_at", "what_it_proposes", "state", "by", "decided_by")
    list_display_links = ("started_at",)
    ordering = ("-started_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Allocation]:
        return super().get_queryset(request).select_related("by", "decided_by")

    @admin.display(description=gettext_lazy("what it proposes"))
    def what_it_proposes(self, allocation: Allocation) -> str:
        """How many matches for how many needs."""
        return page.what_it_proposes(allocation)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                "make/",
                view(require_http_methods(["GET", "HEAD", "POST"])(self.make_view)),
                name="matching_allocation_make",
            ),
            path("<row:pk>/apply/", view(require_POST(self.apply_view)), name="matching_allocation_apply"),
            path("<row:pk>/discard/", view(require_POST(self.discard_view)), name="matching_allocation_discard"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """List the plans; who may make one finds the link."""
        return super().changelist_view(
            request,
            {**(extra_context or {}), "title": _("Which matches to propose"), "may_decide": may_decide(request)},
        )

    def row_page(self, request: HttpRequest, row: Allocation) -> HttpResponse:
        """Show one plan."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        title = _("Plan of %(day)s") % {"day": date_format(row.started_at)}
        if not row.totals:
            return self._page(request, "unmade", {"title": title, "allocation": row})
        shown = page.context_of(row, page=request.GET.get("p"))
        return self._page(request, "plan", {"title": title, **shown})

    def make_view(self, request: HttpRequest) -> HttpResponse:
        """Ask what the plan is for, and make it."""
        user = self._reviewer(request)
        form = AllocationForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                made = plans.begin(by=user, settings=Settings(**form.cleaned_data))
            except ReviewRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                return HttpResponseRedirect(page_of(made))
        return self._page(request, "make", {"title": _("Make a plan"), "form": form})

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Apply a plan to the queue."""
        user, allocation = self._reviewer(request), get_object_or_404(Allocation, pk=pk)
        try:
            left_out = plans.apply(allocation=allocation, by=user)
        except ReviewRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The plan is applied: its matches stand in the queue under “Plan”."))
            if left_out:
                messages.warning(request, _named(left_out))
        return HttpResponseRedirect(page_of(allocation))

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Discard a plan."""
        user, allocation = self._reviewer(request), get_object_or_404(Allocation, pk=pk)
        try:
            plans.discard(allocation=allocation, by=user)
        except ReviewRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The plan is discarded. It stays in the list."))
        return HttpResponseRedirect(page_of(allocation))

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"admin/matching/allocation/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "may_decide": may_decide(request),
                **context,
            },
        )

    def _reviewer(self, request: HttpRequest) -> User:
        if not isinstance(request.user, User) or not may_decide(request):
            raise PermissionDenied
        return request.user


def may_decide(request: HttpRequest) -> bool:
    """Whether the person decides on matches."""
    return isinstance(request.user, User) and can(request.user, Action.REVIEW_MATCHES)


def page_of(allocation: Allocation) -> str:
    """Return the address of a plan's page."""
    return reverse("admin:matching_allocation_change", args=[allocation.pk])


def _named(left_out: list[AllocationPick]) -> str:
    """Say which picks were left out, and why: the first few; the page names all."""
    names = [
        _("%(position)d (%(reason)s)") % {"position": pick.position, "reason": pick.get_left_out_display()}
        for pick in left_out[:MOST_SAID]
    ]
    said = ngettext(
        "%(number)d pick was left out: %(names)s.", "%(number)d picks were left out: %(names)s.", len(left_out)
    )
    more = " " + _("The page names the others.") if len(left_out) > MOST_SAID else ""
    return said % {"number": len(left_out), "names": ", ".join(names)} + more
