"""Matching runs: what each found and changed, and the button that starts one."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from desk.base import DeskAdmin
from desk.runs.standing import standing, what_it_did
from directory.access import Action, can
from directory.models import User
from matching.choices import ChangeKind, RunState
from matching.models import MatchChange, MatchRun
from matching.runs import in_blocks
from matching.runs.preview import PreviewRefused, preview_run
from matching.runs.report import comparison, in_words, why
from matching.runs.running import RunRefused
from matching.scoring.words import GATES

CHANGES_A_PAGE = 100


@admin.register(MatchRun)
class MatchRunAdmin(DeskAdmin[MatchRun]):
    """Runs are written by `matching.runs.running` alone; here they are read, and started."""

    list_display = ("__str__", "started_at", "what_it_did", "duration", "profile", "by")
    list_filter = ("state", "is_what_if")
    ordering = ("-started_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatchRun]:
        return super().get_queryset(request).select_related("profile", "by")

    @admin.display(description=gettext_lazy("what it did"))
    def what_it_did(self, run: MatchRun) -> str:
        """Counts in a few words."""
        return what_it_did(run)

    @admin.display(description=gettext_lazy("duration"))
    def duration(self, run: MatchRun) -> str:
        """Seconds."""
        return duration(run)

    def get_urls(self) -> list[URLPattern]:
        start = self.admin_site.admin_view(require_POST(self.start_view))
        resume = self.admin_site.admin_view(require_POST(self.resume_view))
        now = self.admin_site.admin_view(require_safe(self.now_view))
        return [
            path("start/", start, name="matching_matchrun_start"),
            path("now/", now, name="matching_matchrun_now"),
            path("<int:pk>/resume/", resume, name="matching_matchrun_resume"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """List the runs; who may start one finds the button."""
        return super().changelist_view(
            request, {**(extra_context or {}), "title": _("Matching runs"), "may_start": may_start(request)}
        )

    def row_page(self, request: HttpRequest, row: MatchRun) -> HttpResponse:
        """Show one run."""
        run = row
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return TemplateResponse(
            request,
            "admin/matching/matchrun/run.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": str(run),
                "run": run,
                "what_it_did": what_it_did(run),
                "duration": duration(run),
                "closed": [
                    (gate, words.reason, run.counts.get("closed_by", {}).get(gate, 0)) for gate, words in GATES.items()
                ],
                "may_start": may_start(request) and run.state != RunState.RUNNING,
                "may_resume": may_start(request) and in_blocks.may_be_resumed(run),
                "blocks": _blocks(run),
                **_beside_the_one_before(run, request),
            },
        )

    def now_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a run would change now, and the button that starts it."""
        user = request.user
        if not isinstance(user, User) or not may_start(request):
            raise PermissionDenied
        found, refusal = None, ""
        try:
            found = preview_run(by=user)
        except PreviewRefused as refused:
            refusal = str(refused)
        return TemplateResponse(
            request,
            "admin/matching/matchrun/now.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("What a run would change now"),
                "found": found,
                "refusal": refusal,
                **standing(user),
            },
        )

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Have the matching run."""
        return self._go(request, lambda user: in_blocks.start(by=user))

    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take up a run that failed, where it stopped."""
        run = MatchRun.objects.filter(pk=pk).first()
        if run is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))  # type: ignore[attr-defined]
        return self._go(request, lambda user: in_blocks.resume(run=run, by=user))

    def _go(self, request: HttpRequest, go: Callable[[User], MatchRun]) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not can(user, Action.RUN_MATCHING):
            raise PermissionDenied
        try:
            return HttpResponseRedirect(set_off(request, lambda: go(user)))
        except RunRefused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:matching_matchrun_changelist"))


def set_off(request: HttpRequest, go: Callable[[], MatchRun]) -> str:
    """Start a run and say that it has begun; return the address to go on to. Raises RunRefused."""
    run = go()
    messages.success(request, _("The matching has begun. This page shows how far it is."))
    return reverse("admin:matching_matchrun_change", args=[run.pk])


def may_start(request: HttpRequest) -> bool:
    """Whether the person may run the matching."""
    return isinstance(request.user, User) and can(request.user, Action.RUN_MATCHING)


def duration(run: MatchRun) -> str:
    """Return how long the run took, in seconds; empty where it has not finished."""
    milliseconds = run.counts.get("milliseconds")
    if milliseconds is None:
        return ""
    return _("%(seconds)s seconds") % {"seconds": number_format(milliseconds / 1000, 2)}


def _blocks(run: MatchRun) -> dict[str, int]:
    """Return how many blocks a run at work has, and how many are done; empty where it is not done in blocks."""
    if not run.is_in_blocks or run.state == RunState.FINISHED:
        return {}
    return run.blocks.aggregate(all=Count("pk"), done=Count("pk", filter=Q(result__isnull=False)))


def _beside_the_one_before(run: MatchRun, request: HttpRequest) -> dict[str, Any]:
    """Return what a finished run says beside the one before it, and the changes of one page, each with its reason."""
    shown = _changes(run, request)
    if run.state != RunState.FINISHED or run.is_what_if:
        return shown
    beside = comparison(run)
    for change in shown["page"]:
        change.why = why(change, run=run, before=beside.before)
    return {**shown, "before": beside.before, "beside": in_words(beside), "contradicts": beside.contradicts}


def _changes(run: MatchRun, request: HttpRequest) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    changes: QuerySet[MatchChange] = run.changes.select_related(
        "match__need__country",
        "match__need__agency__country",
        "match__offer__country",
        "match__offer__agency__country",
    ).order_by("pk")
    if kind:
        changes = changes.filter(kind=kind)
    return {
        "page": Paginator(changes, CHANGES_A_PAGE).get_page(request.GET.get("p")),
        "kind": kind,
        "kinds": ChangeKind.choices,
        "extra": f"&kind={kind}" if kind in ChangeKind.values else "",
    }
