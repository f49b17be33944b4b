"""The form of a posting: new or changed, saved as one goes, complete without JavaScript."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action
from matching.runs.rematch import rematch
from surveys.choices import PostingStatus
from surveys.models.postings.posting import Posting
from surveys.postings import posting as posting_module
from surveys.postings.approval import who_approves
from surveys.postings.content import Content
from surveys.postings.deciding.held import PostingRefused
from surveys.postings.deciding.proposing import version_to_edit
from surveys.postings.deciding.versions import version_at_hand
from surveys.postings.deciding.windows import publishes_alone
from surveys.postings.forms.form import PostingForm
from surveys.postings.forms.place_choice import all_options, find_options
from surveys.postings.shown.editing import ShownPosting
from surveys.postings.shown.reach import countries_reached
from web.calendar.days import today
from web.since_shown import AS_OF
from workspace.current import current_affiliation
from workspace.kept import give_back
from workspace.pages import AUTOSAVE, WorkspacePage
from workspace.postings.kinds import Kind


class PostingEdit(WorkspacePage):
    """A new posting (without `pk`) or one of the own side.

    What a button is for stands in its name `do`: "add" or "drop:<place>" or "reach" only show the form again; "save"
    keeps what fits and says what does not; "go_on" also says what is lacking before it may be published, and where
    nothing is, leads to the preview, from where it is published. `?publish=1` says that of what is stored.
    """

    actions = (Action.POST,)
    keeps_typed = True

    def get(self, request: HttpRequest, kind: str, pk: int | None = None) -> HttpResponse:
        self._begin(kind, pk)
        if self.posting is not None and self.posting.is_compiled:
            # Its page says what can be done instead: nothing that is typed here could be saved.
            return redirect(self.kind.address("", self.posting.pk))
        kept = give_back(request)
        if kept is not None:
            messages.info(request, _("Here is what you had typed when your session ended. It is not saved yet."))
            return self._show(self._form(kept))
        form = self._form(None)
        if self.posting is not None and "publish" in request.GET:
            return self._show(self._form(form.as_typed(), is_to_be_published=True), shows_errors=True)
        return self._show(form)

    def post(self, request: HttpRequest, kind: str, pk: int | None = None) -> HttpResponse:
        self._begin(kind, pk)
        do, _colon, value = request.POST.get("do", "save").partition(":")
        form = self._form(request.POST, is_to_be_published=do == "go_on")
        if do == "add":
            return self._add(form)
        if do == "drop":
            form.chosen_places = [one for one in form.chosen_places if one.value != value]
            return self._show(form)
        if do == "reach":
            return self._show(form, shows_reach=True)
        return self._save(form, goes_on=do == "go_on")

    def _begin(self, kind: str, pk: int | None) -> None:
        self.kind, self.part = Kind(kind), f"{kind}s"
        self.posting: Posting | None = None if pk is None else self.kind.get_writable(self._user, pk)

    @property
    def _user(self) -> Any:
        return self.request.user

    def _form(self, data: Any, *, is_to_be_published: bool = False) -> PostingForm:
        if data is not None and self.posting is None:
            self.posting = self._made_by_this_form(data.get("form_key", ""))
        affiliation = current_affiliation(self.request)
        return PostingForm(
            data,
            user=self._user,
            kind=self.kind.code,
            posting=self.posting,
            version=version_to_edit(self.posting, by=self._user) if self.posting is not None else None,
            agency=affiliation.agency if affiliation else None,
            is_to_be_published=is_to_be_published,
        )

    def _made_by_this_form(self, key: str) -> Posting | None:
        """Return the posting that an earlier submit of the same form made."""
        try:
            rows = self.kind.model.objects.writable_by(self._user).for_lists()
            return rows.filter(form_key=uuid.UUID(key)).first()
        except ValueError:
            return None

    def _add(self, form: PostingForm) -> HttpResponse:
        text = self.request.POST.get("place_text", "")
        found = find_options(text)
        if len(found) == 1 and found[0] not in form.chosen_places:
            form.chosen_places = [*form.chosen_places, found[0]]
            return self._show(form, shows_reach=True)
        said = "" if found else _("“%(text)s” is not known here. Type a country or a group.") % {"text": text[:80]}
        return self._show(form, place_text=text[:200], place_error=said, place_found=found)

    @transaction.atomic
    def _save(self, form: PostingForm, *, goes_on: bool) -> HttpResponse:
        # The row is held from the check that nobody saved it meanwhile until it is written.
        is_autosave = AUTOSAVE in self.request.headers
        is_complete = form.is_valid()
        is_published = self.posting is not None and self.posting.status != PostingStatus.DRAFT
        # What is before others is changed as a whole or not at all; a draft keeps what fits.
        may_save = not form.is_out_of_date and not form.has_error("owner") and (is_complete or not is_published)
        if is_autosave and is_published:
            return JsonResponse({"saved": False})
        if may_save:
            try:
                self.posting = self._write(form)
            except PostingRefused as refused:
                form.add_error(None, str(refused))
                may_save = False
        if is_autosave:
            return self._autosaved(form, saved=may_save)
        if may_save and is_complete:
            if waits := self._waits():
                messages.success(self.request, waits)
                return redirect(self.kind.address("", self._pk))
            if goes_on:
                return redirect(self.kind.address("preview", self._pk))
            messages.success(self.request, _("Saved."))
            return redirect(self.kind.address("edit" if not is_published else "", self._pk))
        if may_save:
            number = len(form.errors)
            said = ngettext(
                "Saved what fits; %(number)d field needs your attention.",
                "Saved what fits; %(number)d fields need your attention.",
                number,
            )
            messages.warning(self.request, said % {"number": number})
            if self.posting is not None:
                form.mark_anew(ShownPosting(self.posting))
        return self._show(form, status=200 if may_save else 422)

    def _waits(self) -> str:
        """Return in a sentence that what was saved waits beside what is public; nothing where it does not."""
        if self.posting is None or version_to_edit(self.posting, by=self._user) is None:
            return ""
        said = _("Sent for approval to %(who)s. What is public stays as it is until then.")
        return said % {"who": who_approves(self.posting)}

    @property
    def _pk(self) -> int:
        return int(self.posting.pk) if self.posting else 0

    def _write(self, form: PostingForm) -> Posting:
        content = form.content()
        if self.posting is not None:
            changed = posting_module.edit(
                posting=self.posting,
                values=content.values,
                areas=content.areas,
                modalities=content.modalities,
                targets=content.targets,
                by=self._user,
            )
            posting = self.kind.get_writable(self._user, self._pk)
            if changed and posting.status == PostingStatus.PUBLISHED:
                rematch(posting=posting, by=self._user)
            return posting
        key = form.cleaned_data.get("form_key") or uuid.uuid4()
        try:
            return self._create(content, key)
        except IntegrityError:
            # The same form, sent twice at once: the first has made the row. The key of a posting that is not the
            # person's says nothing here: the posting gets a key of its own.
            return self._made_by_this_form(str(key)) or self._create(content, uuid.uuid4())

    @transaction.atomic
    def _create(self, content: Content, key: uuid.UUID) -> Posting:
        return posting_module.create(
            model=self.kind.model,
            values={**content.values, "form_key": key, "stated_on": today()},
            areas=content.areas,
            modalities=content.modalities,
            targets=content.targets,
            by=self._user,
            reason="drafted",
        )

    def _autosaved(self, form: PostingForm, *, saved: bool) -> JsonResponse:
        if not saved or self.posting is None:
            said = " ".join(str(error) for error in form.non_field_errors())
            return JsonResponse({"saved": False, "said": said})
        return JsonResponse(
            {
                "saved": True,
                "address": self.kind.address("edit", self._pk),
                "marks": {AS_OF: ShownPosting(self.posting).mark()},
                "said": _("Draft saved."),
            }
        )

    def _show(self, form: PostingForm, *, status: int = 200, **found: Any) -> HttpResponse:
        shows_reach = found.pop("shows_reach", False)
        is_sent = self.request.method == "POST"
        saves = is_sent and self.request.POST.get("do", "save").partition(":")[0] in ("save", "go_on")
        form.shows_errors = found.pop("shows_errors", saves)
        chosen = [one.key for one in form.chosen_places]
        stated_on = self.posting.stated_on if self.posting else None
        reached = countries_reached(chosen, on=today(), stated_on=stated_on) if shows_reach else None
        context = {
            **self.frame(),
            "form": form,
            "kind": self.kind,
            "posting": self.posting,
            "groups": area_groups(form),
            "options": all_options(),
            "reached": reached,
            "form_key": form["form_key"].value() or uuid.uuid4(),
            **self._beside(),
            **found,
        }
        return render(self.request, "workspace/postings/form.html", context, status=status)

    def _beside(self) -> dict[str, Any]:
        """Return what is said of the version that is beside what is public, or will be."""
        posting = self.posting
        if posting is None or posting.status != PostingStatus.PUBLISHED:
            return {}
        waits = not publishes_alone(self._user, posting)
        return {"waits_after_saving": waits, "version": version_at_hand(posting)}


def area_groups(form: forms.BaseForm) -> list[tuple[str, list[Any]]]:
    """Return the areas as boxes in groups: parents with their children, then all others, then tags."""
    boxes = {str(box.data["value"]): box for box in form["areas"]}
    areas = list(form.fields["areas"].queryset.select_related("parent"))  # type: ignore[attr-defined]
    families: dict[str, list[Any]] = {}
    others, tags = [], []
    parents = {area.parent_id: str(area.parent) for area in areas if area.parent_id}
    for area in areas:
        box = boxes.get(area.pk)
        if box is None:
            continue
        if area.use == "tag":
            tags.append(box)
        elif area.pk in parents:
            families.setdefault(parents[area.pk], []).insert(0, box)
        elif area.parent_id:
            families.setdefault(parents[area.parent_id], []).append(box)
        else:
            others.append(box)
    return [*families.items(), (_("Other areas"), others), (_("Tags: kept and shown, not scored"), tags)]
