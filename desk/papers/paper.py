"""Letters received, in the admin: found by reference, date and country, with what each did and its scan."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.base import DeskAdmin
from desk.papers.uses import what_papers_did
from directory.models import Paper, PaperScan, User
from directory.papers.readable import papers_readable_by
from directory.papers.recording import PaperRefused, attach_scan, may_record_papers
from directory.papers.scans import ScanField


class AttachScanForm(forms.Form):
    """The scan of a letter that was recorded without one."""

    scan = ScanField(required=True)


class PaperChangeList(ChangeList):
    """The list of letters, with what each did read once for the page."""

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.title = _("Letters received")

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        did = what_papers_did(self.result_list)
        for paper in self.result_list:
            paper.did = did.get(paper.pk, [])


@admin.register(Paper)
class PaperAdmin(DeskAdmin[Paper]):
    """Letters are recorded where they do something, by `directory.papers`, and are never changed."""

    list_display = ("reference", "dated_on", "whose", "what_it_did", "scan_file", "recorded_by", "recorded_at")
    list_filter = (
        ("scan_kind", admin.EmptyFieldListFilter),
        ("country", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("country", "agency__country", "recorded_by")
    date_hierarchy = "dated_on"
    search_fields = ("reference", "country__name", "country__iso3", "agency__name", "agency__code")
    search_help_text = gettext_lazy("Reference, country or agency; or the date of the letter, such as 2026-11-20.")
    ordering = ("-recorded_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Paper]:
        return super().get_queryset(request).filter(pk__in=papers_readable_by(request.user).order_by().values("pk"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PaperChangeList]:
        return PaperChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list over the whole width."""
        return super().changelist_view(request, {**(extra_context or {}), "is_nav_sidebar_enabled": False})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Paper], search_term: str
    ) -> tuple[QuerySet[Paper], bool]:
        """Find by the words, or by the day on which the letter is dated."""
        found, has_duplicates = super().get_search_results(request, queryset, search_term)
        if (day := _day_in(search_term)) is not None:
            found |= queryset.filter(dated_on=day)
        return found, has_duplicates

    @admin.display(description=gettext_lazy("of"))
    def whose(self, paper: Paper) -> str:
        """Name the agency, else the country, whose letter it is."""
        return str(paper.agency or paper.country)

    @admin.display(description=gettext_lazy("what it did"))
    def what_it_did(self, paper: Paper) -> str:
        """Say what was recorded from it, each with the way to it."""
        lines = [(one.words, one.address, one.subject) for one in paper.did]  # type: ignore[attr-defined]
        return format_html_join("", '<div>{}: <a href="{}"><bdi>{}</bdi></a></div>', lines) or "–"

    @admin.display(description=gettext_lazy("scan"))
    def scan_file(self, paper: Paper) -> str:
        """Give the scan, or say that there is none."""
        if not paper.scan_address:
            return _("none yet")
        return format_html('<a href="{}">{}</a>', paper.scan_address, paper.get_scan_kind_display())

    def row_page(self, request: HttpRequest, row: Paper) -> HttpResponse:
        """Show one letter; answer POST by attaching its scan, or say why it was refused."""
        if request.method != "POST":
            return self._page(request, row, AttachScanForm())
        user = request.user
        if not isinstance(user, User) or not may_record_papers(user):
            raise PermissionDenied
        form = AttachScanForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                attach_scan(paper=row, scan=form.cleaned_data["scan"], by=user)
            except PaperRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("The scan is attached."))
                return HttpResponseRedirect(reverse("admin:directory_paper_change", args=[row.pk]))
        return self._page(request, self.get_queryset(request).get(pk=row.pk), form)

    def _page(self, request: HttpRequest, paper: Paper, form: AttachScanForm) -> HttpResponse:
        may_attach = not paper.scan_kind and may_record_papers(request.user)
        context = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "opts": self.opts,
            "title": str(paper),
            "paper": paper,
            "did": what_papers_did([paper])[paper.pk],
            # Without its bytes, which only who asks for the file reads.
            "scan": PaperScan.objects.filter(paper=paper).select_related("attached_by").defer("data").first(),
            "form": form if may_attach or form.is_bound else None,
        }
        return TemplateResponse(
            request, "admin/directory/paper/paper.html", context, status=422 if form.errors else 200
        )


def _day_in(term: str) -> dt.date | None:
    """Return the day that is searched for, where the whole term is one."""
    try:
        return dt.datetime.strptime(term.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day, of no zone
    except ValueError:
        return None
