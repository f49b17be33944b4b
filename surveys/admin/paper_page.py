"""The page on which a manager records from a note verbale or a letter that a posting's own side vouched for it."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from directory.admin.base import actor
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.held import PostingRefused
from surveys.postings.forms.paper_fields import PostingPaperForm
from surveys.postings.from_paper import VOUCHED_FOR, papers_of, vouch
from surveys.postings.shown.editing import ShownPosting
from surveys.postings.shown.proposed import told_version
from web.since_shown import AS_OF, ChangedSinceShown, as_shown


def show_paper_page(model_admin: ModelAdmin[Any], request: HttpRequest, pk: int) -> HttpResponse:
    """Answer GET with the form; answer POST by recording the letter, or say why it was refused, nothing lost."""
    by = actor(request)
    posting: Posting | None = model_admin.get_queryset(request).filter(pk=pk).first()
    if posting is None:
        raise Http404
    if not model_admin.has_change_permission(request, posting):
        raise PermissionDenied
    form = PostingPaperForm(request.POST or None, request.FILES or None, posting=posting)
    if request.method == "POST" and form.is_valid():
        try:
            with as_shown(ShownPosting(posting, names_staff=True), request.POST.get(AS_OF, "")):
                vouch(posting=posting, by=by, given=form.given, takes_version=form.takes_version)
        except (ChangedSinceShown, PostingRefused) as refused:
            form.add_error(None, str(refused))
            posting.refresh_from_db()
        else:
            messages.success(request, _("Recorded, and confirmed as of the date of the letter."))
            return HttpResponseRedirect(reverse(f"admin:surveys_{model_admin.opts.model_name}_change", args=[pk]))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("From a note verbale or letter"),
        "posting": posting,
        "list_address": reverse(f"admin:surveys_{model_admin.opts.model_name}_changelist"),
        "address": reverse(f"admin:surveys_{model_admin.opts.model_name}_change", args=[pk]),
        "form": form,
        "papers": papers_of(posting),
        "proposed": told_version(posting, names_staff=True),
        "is_open": posting.status in VOUCHED_FOR,
        AS_OF: ShownPosting(posting, names_staff=True).mark(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return TemplateResponse(request, "admin/surveys/paper.html", context, status=status)
