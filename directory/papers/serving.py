"""The scan of a letter, given to the secretariat and to the side whose letter it is: always as a file to keep."""

import uuid

from django.contrib.auth.mixins import AccessMixin
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.generic.base import View

from directory.access import Action, can, is_member, scope_of
from directory.choices import ScanKind
from directory.models import Paper, PaperScan, User
from directory.papers.scans import CONTENT_TYPES


def papers_for(user: User | AnonymousUser | None) -> QuerySet[Paper]:
    """Return the papers that the person may read: the secretariat all, a side its own, and no side the other's.

    What a country wrote to the secretariat before its agency was asked is for who approves for the country.
    """
    if can(user, Action.READ_EVERYTHING):
        return Paper.objects.all()
    own, approved = scope_of(user, Action.READ_OWN), scope_of(user, Action.APPROVE_POSTINGS)
    readable = Q(pk__in=())
    if own:
        readable |= Q(is_for_approvers=False) & own.q()
    if approved:
        readable |= approved.q()
    return Paper.objects.filter(readable)


class PaperScanDownload(AccessMixin, View):
    """A scan as it was sent. Whoever may not read its paper is told what it would be of one that is not there."""

    http_method_names = ["get", "head"]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Lead to the log-in whoever asks for it and is not logged in."""
        is_asked_for = str(request.method).lower() in self.http_method_names
        if is_asked_for and not is_member(request.user):
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Return the file: never shown within a page of the portal, whatever a browser takes it for."""
        paper = get_object_or_404(papers_for(request.user), public_id=public_id)
        scan = PaperScan.objects.filter(paper=paper).first()
        if scan is None:
            raise Http404
        kind = ScanKind(paper.scan_kind)
        response = HttpResponse(bytes(scan.data), content_type=CONTENT_TYPES[kind])
        # Named by its date and number: a reference is free text, and no name of a file.
        name = f"letter-{paper.dated_on.isoformat()}-{paper.pk}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response
