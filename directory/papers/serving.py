"""The scan of a letter, given to the secretariat and to the side whose letter it is: always as a file to keep."""

import uuid

from django.contrib.auth.mixins import AccessMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.generic.base import View

from directory.access import is_member
from directory.choices import ScanKind
from directory.models import PaperScan
from directory.papers.readable import papers_readable_by
from directory.papers.scans import CONTENT_TYPES


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
        paper = get_object_or_404(papers_readable_by(request.user), public_id=public_id)
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
