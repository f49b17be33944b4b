"""The form of a posting as a workbook: download, fill in offline, upload; it never publishes."""

import uuid
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy

from directory.access import Action
from surveys.choices import PostingStatus
from surveys.postings import posting as posting_module
from surveys.postings.deciding.held import PostingRefused
from surveys.postings.deciding.proposing import version_to_edit
from surveys.postings.forms.form import PostingForm
from surveys.postings.forms.sheet import MAX_BYTES, ReadSheet, SheetProblem, read_workbook, workbook_of
from surveys.reading.cells import FileRefused
from web.calendar.days import today
from web.files.exports import XLSX
from workspace.current import current_affiliation
from workspace.pages import WorkspacePage
from workspace.postings.kinds import Kind


class WorkbookUploadForm(forms.Form):
    """A filled in workbook."""

    file = forms.FileField(label=gettext_lazy("The filled in form, .xlsx"))

    def clean_file(self) -> Any:
        """Refuse what is larger than a filled in form, before it is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(gettext("The file is larger than a filled in form: send the form alone."))
        return file


class EmptySheet(WorkspacePage):
    """The form to download."""

    actions = (Action.POST,)

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        return _download(workbook_of(form=_form(request, kind)), f"{kind}-form.xlsx")


class FilledSheet(WorkspacePage):
    """The form of a posting, filled in, to download."""

    actions = (Action.POST,)

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        user: Any = request.user
        posting = Kind(kind).get_writable(user, pk)
        return _download(workbook_of(form=_form(request, kind, posting=posting), posting=posting), f"{kind}-{pk}.xlsx")


class Upload(WorkspacePage):
    """Upload a filled in form: it becomes a draft, or changes the draft that it was made of."""

    actions = (Action.POST,)

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        return self._show(kind, WorkbookUploadForm())

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        upload = WorkbookUploadForm(request.POST, request.FILES)
        if not upload.is_valid():
            return self._show(kind, upload, status=422)
        try:
            read = read_workbook(upload.cleaned_data["file"].read(), kind=kind, form=_form(request, kind))
        except FileRefused as refused:
            upload.add_error("file", str(refused))
            return self._show(kind, upload, status=422)
        return self._take(kind, read, upload)

    @transaction.atomic
    def _take(self, kind: str, read: ReadSheet, upload: WorkbookUploadForm) -> HttpResponse:
        user: Any = self.request.user
        of = Kind(kind)
        posting = None if read.posting is None else of.get_writable(user, read.posting)
        form = _form(self.request, kind, data=read.data, posting=posting)
        form.is_valid()
        problems = [*read.problems, *_problems(form, read)]
        must_be_whole = posting is not None and posting.status != PostingStatus.DRAFT
        if form.has_error("owner") or form.is_out_of_date or (problems and must_be_whole):
            return self._show(kind, upload, problems=problems, status=422)
        content = form.content()
        relations = {"areas": content.areas, "modalities": content.modalities, "targets": content.targets, "by": user}
        try:
            if posting is None:
                values = {**content.values, "form_key": uuid.uuid4(), "stated_on": today()}
                posting = posting_module.create(model=of.model, values=values, **relations, reason="uploaded")
            else:
                posting_module.edit(posting=posting, values=content.values, **relations)
        except PostingRefused as refused:
            upload.add_error(None, str(refused))
            return self._show(kind, upload, status=422)
        if problems:
            return self._show(kind, upload, problems=problems, made=of.address("edit", posting.pk))
        if version_to_edit(posting, by=user) is not None:
            return redirect(of.address("", posting.pk))
        return redirect(of.address("preview", posting.pk))

    def _show(self, kind: str, upload: WorkbookUploadForm, *, status: int = 200, **given: Any) -> HttpResponse:
        self.part = f"{kind}s"
        context = self.frame(kind=Kind(kind), form=upload, **given)
        return render(self.request, "workspace/postings/upload.html", context, status=status)


def _form(request: HttpRequest, kind: str, *, data: Any = None, posting: Any = None) -> PostingForm:
    affiliation = current_affiliation(request)
    user: Any = request.user
    agency = affiliation.agency if affiliation else None
    version = version_to_edit(posting, by=user) if posting is not None else None
    return PostingForm(data, user=user, kind=kind, posting=posting, version=version, agency=agency, asks_language=False)


def _problems(form: PostingForm, read: ReadSheet) -> list[SheetProblem]:
    found = []
    for name, errors in form.errors.items():
        label = str(form.fields[name].label) if name in form.fields else ""
        found += [SheetProblem(read.sheet, read.row_of.get(name, 0), label, str(error)) for error in errors]
    return found


def _download(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
