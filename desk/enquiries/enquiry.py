"""Enquiries in the admin: the queue of those that wait, and the page on which one is answered."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.base import DeskAdmin
from desk.enquiries.rows import EnquiryChangeList, compared_with_own
from desk.notes import NoteField
from desk.pairs import Told, shown_need, shown_offer
from directory.access import Action, can
from directory.models import User
from matching.choices import EnquiryState
from matching.enquiries import asking
from matching.enquiries.asking import EnquiryRefused
from matching.models import Enquiry, Match
from matching.scoring.explanation import explain
from matching.scoring.reasons import Labels


class EnquiryAnswerForm(forms.Form):
    """An answer."""

    answer = NoteField(
        label=gettext_lazy("Answer"),
        required=True,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Read by the person who asked. It cannot be changed once it is sent."),
    )


class EnquiryStateFilter(admin.SimpleListFilter):
    """What has become of an enquiry; none waits that is answered, or put to both sides."""

    title = gettext_lazy("to do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [
            ("answer", gettext_lazy("Waits for the secretariat")),
            ("answered", EnquiryState.ANSWERED.label),
            ("withdrawn", EnquiryState.WITHDRAWN.label),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enquiry]) -> QuerySet[Enquiry]:
        match self.value():
            case None:
                return queryset
            case "answer":
                return queryset.filter(pk__in=Enquiry.objects.to_answer().order_by().values("pk"))
            case "answered" | "withdrawn" as state:
                return queryset.filter(state=state)
        return queryset.none()


@admin.register(Enquiry)
class EnquiryAdmin(DeskAdmin[Enquiry]):
    """Enquiries are answered once, by `matching.enquiries.asking`; what a coordinator holds is not among them."""

    list_display = ("asked_about", "asks", "fit", "state", "received_at")
    list_filter = (EnquiryStateFilter, "side")
    ordering = ("-received_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enquiry]:
        return super().get_queryset(request).received().for_lists()  # type: ignore[attr-defined]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EnquiryChangeList]:
        return EnquiryChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list over the whole width."""
        return super().changelist_view(request, {**(extra_context or {}), "is_nav_sidebar_enabled": False})

    @admin.display(description=gettext_lazy("asked about"))
    def asked_about(self, enquiry: Enquiry) -> str:
        """Name the posting, with whose it is."""
        return f"{enquiry.get_side_display()} {enquiry.posting.pk}: {enquiry.posting.title} ({enquiry.posting.party})"

    @admin.display(description=gettext_lazy("by"))
    def asks(self, enquiry: Enquiry) -> str:
        """Name the agency, and the posting of its own that it has in mind."""
        return f"{enquiry.agency}: {enquiry.own.title}" if enquiry.own else str(enquiry.agency)

    @admin.display(description=gettext_lazy("fit, or what closes the pair"))
    def fit(self, enquiry: Enquiry) -> str:
        """Say how far the two fit, or every gate that closes them."""
        told: Told | None = enquiry.told  # type: ignore[attr-defined]
        if told is None:
            return _("No own posting named")
        if told.gates:
            return format_html_join(" ", "<code>{}</code> {}", told.gates)
        return str(told.fit.label)

    def row_page(self, request: HttpRequest, row: Enquiry) -> HttpResponse:
        """Show one enquiry; answer POST by answering it, or say why it was refused."""
        return self._answer(request, row) if request.method == "POST" else self._page(request, row, EnquiryAnswerForm())

    def _answer(self, request: HttpRequest, enquiry: Enquiry) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not can(user, Action.REVIEW_MATCHES):
            raise PermissionDenied
        form = EnquiryAnswerForm(request.POST)
        if form.is_valid():
            try:
                asking.answer(enquiry=enquiry, by=user, text=form.cleaned_data["answer"])
            except EnquiryRefused as refusal:
                messages.error(request, _("Nothing was done. %(why)s") % {"why": refusal})
            else:
                messages.success(request, _("The answer is sent."))
                return HttpResponseRedirect(reverse("admin:matching_enquiry_change", args=[enquiry.pk]))
        else:
            messages.error(request, _("Nothing was done. Please correct what is marked below."))
        return self._page(request, self.get_queryset(request).get(pk=enquiry.pk), form)

    def _page(self, request: HttpRequest, enquiry: Enquiry, form: EnquiryAnswerForm) -> HttpResponse:
        need, offer = enquiry.need, enquiry.offer
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "opts": self.opts,
            "title": _("Enquiry about “%(posting)s”") % {"posting": enquiry.posting},
            "enquiry": enquiry,
            "form": form if enquiry.state == EnquiryState.WITH_SECRETARIAT or form.is_bound else None,
            "need_side": shown_need(need, request) if need else None,
            "offer_side": shown_offer(offer, request) if offer else None,
        }
        if need is not None and offer is not None:
            labels = Labels.read()
            context |= {
                "today": Told.of(explain(need=need, offer=offer), labels),
                "labels": labels,
                "match": Match.objects.filter(need=need, offer=offer).first(),
            }
        else:
            context["compared"] = compared_with_own(enquiry)
        return TemplateResponse(request, "admin/matching/enquiry/enquiry.html", context)
