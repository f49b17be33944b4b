"""The own practices: the list, one of them, and the steps that its side takes."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import ListView

from directory.access import Action, scope_of
from practices.choices import SUBMITTABLE, WITHDRAWABLE, PracticeStatus
from practices.models import Practice
from practices.offering import states
from practices.offering.complete import lacks
from practices.offering.refusing import PracticeRefused
from practices.shown.editing import ShownPractice, events_of
from practices.views import parts_of
from web.lists.pages import ROWS_A_PAGE
from web.since_shown import AS_OF, ChangedSinceShown, as_shown
from workspace.pages import MemberRequest, WorkspacePage

CONFLICT = 409


class OwnPractices(WorkspacePage, ListView[Practice]):
    """The practices of the own agency, or country, by state."""

    template_name = "workspace/practices/list.html"
    paginate_by = ROWS_A_PAGE
    part = "practices"

    def get_queryset(self) -> QuerySet[Practice]:
        self.state = self.request.GET.get("state", "")
        if self.state and self.state not in PracticeStatus:
            raise Http404
        own = Practice.objects.of(self.request.user).select_related("agency__country")
        return (own.filter(status=self.state) if self.state else own).order_by("-updated_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        states_to_choose = [("", _("All")), *PracticeStatus.choices]
        return super().get_context_data(**kwargs) | {"state": self.state, "states": states_to_choose}


class OwnPractice(WorkspacePage):
    """One practice of the own side, as everyone would read it, and what can be done with it."""

    part = "practices"
    http_method_names = ["get", "head"]

    def get(self, request: MemberRequest, pk: int) -> HttpResponse:
        return _show(self, request, pk)


class PracticeStep(WorkspacePage):
    """Takes one step on a practice: submit or withdraw."""

    actions = (Action.POST,)
    part = "practices"
    http_method_names = ["post"]

    def post(self, request: MemberRequest, pk: int, step: str) -> HttpResponse:
        steps = {
            "submit": (states.submit, _("Sent to the secretariat. You will be told of the decision.")),
            "withdraw": (states.withdraw, _("Withdrawn. It can be sent in again.")),
        }
        if step not in steps:
            raise Http404
        take, said = steps[step]
        practice = get_object_or_404(Practice.objects.of(request.user, Action.POST), pk=pk)
        try:
            with as_shown(ShownPractice(practice), request.POST.get(AS_OF, "")):
                take(practice=practice, by=request.user)
        except (ChangedSinceShown, PracticeRefused) as refused:
            messages.error(request, str(refused))
            return _show(self, request, pk, status=CONFLICT)
        messages.success(request, said)
        return redirect("workspace:practice", pk)


def _show(page: WorkspacePage, request: MemberRequest, pk: int, *, status: int = 200) -> HttpResponse:
    practice = get_object_or_404(Practice.objects.of(request.user).for_lists(), pk=pk)
    may_write = practice.is_within(scope_of(request.user, Action.POST))
    context = {
        **page.frame(),
        "practice": practice,
        **parts_of(practice),
        "is_public": Practice.objects.public().filter(pk=pk).exists(),
        "may_write": may_write,
        "may_submit": may_write and practice.status in SUBMITTABLE,
        "may_withdraw": may_write and practice.status in WITHDRAWABLE,
        "lacking": list(lacks(title=practice.title, text=practice.text, areas=practice.areas.all()).values()),
        "events": events_of(practice),
        AS_OF: ShownPractice(practice).mark(),
    }
    return render(request, "workspace/practices/practice.html", context, status=status)
