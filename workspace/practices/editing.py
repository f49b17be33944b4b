"""The form of a practice: new, made of a match, or changed; complete without JavaScript."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action
from directory.models import Country
from practices.choices import REVIEWED_AGAIN, PracticeStatus
from practices.models import Practice
from practices.offering import states, writing
from practices.offering.from_match import match_to_tell, told_of
from practices.offering.refusing import PracticeRefused
from practices.shown.editing import ShownPractice
from workspace.current import current_affiliation
from workspace.kept import give_back
from workspace.pages import WorkspacePage
from workspace.postings.editing import area_groups
from workspace.practices.forms import PracticeForm, countries_named

UNPROCESSABLE = 422


class PracticeEdit(WorkspacePage):
    """A new practice (without `pk`; `?match=12-34`: made of that match) or one of the own side.

    What a button is for stands in its name `do`: "add" or "drop:<country>" only show the form again; "save" keeps what
    fits and says what does not; "send" also says what is lacking, and where nothing is, puts it before the secretariat.
    """

    actions = (Action.POST,)
    part = "practices"
    keeps_typed = True

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self._begin(pk)
        if (kept := give_back(request)) is not None:
            messages.info(request, _("Here is what you had typed when your session ended. It is not saved yet."))
            return self._show(self._form(kept))
        return self._show(self._form(None))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self._begin(pk)
        do, _colon, value = request.POST.get("do", "save").partition(":")
        form = self._form(request.POST, is_to_be_sent=do == "send")
        if do == "add":
            return self._add(form)
        if do == "drop":
            form.chosen_countries = [country for country in form.chosen_countries if country.pk != value]
            return self._show(form)
        return self._save(form, sends=do == "send")

    def _begin(self, pk: int | None) -> None:
        own = Practice.objects.of(self._user, Action.POST).select_related("agency__country", "match")
        self.practice: Practice | None = None if pk is None else get_object_or_404(own, pk=pk)

    @property
    def _user(self) -> Any:
        return self.request.user

    def _form(self, data: Any, *, is_to_be_sent: bool = False) -> PracticeForm:
        if data is not None and self.practice is None:
            self.practice = self._made_by_this_form(data.get("form_key", ""))
        affiliation = current_affiliation(self.request)
        return PracticeForm(
            data,
            user=self._user,
            practice=self.practice,
            told=self._told() if data is None else None,
            agency=affiliation.agency if affiliation else None,
            is_to_be_sent=is_to_be_sent,
        )

    def _told(self) -> dict[str, Any] | None:
        """Return what a practice begins with that is made of a match; 404 for a match that is not to be told."""
        pair = self.request.GET.get("match", "")
        if not pair or self.practice is not None:
            return None
        match = match_to_tell(pair, by=self._user)
        if match is None:
            raise Http404
        return {**told_of(match, by=self._user), "match": match.public_id}

    def _made_by_this_form(self, key: str) -> Practice | None:
        """Return the practice that an earlier submit of the same form made."""
        try:
            own = Practice.objects.of(self._user, Action.POST).select_related("agency__country", "match")
            return own.filter(form_key=uuid.UUID(key)).first()
        except ValueError:
            return None

    def _add(self, form: PracticeForm) -> HttpResponse:
        text = self.request.POST.get("country_text", "")
        found, is_sure = countries_named(text)
        if found and is_sure:
            form.chosen_countries = list(dict.fromkeys([*form.chosen_countries, found[0]]))
            return self._show(form)
        said = "" if found else _("“%(text)s” is not known here. Type the name of a country.") % {"text": text[:80]}
        return self._show(form, country_text=text[:200], country_error=said, country_found=found)

    @transaction.atomic
    def _save(self, form: PracticeForm, *, sends: bool) -> HttpResponse:
        # The row is held from the check that nobody saved it meanwhile until it is written.
        is_complete = form.is_valid()
        is_reviewed = self.practice is not None and self.practice.status in REVIEWED_AGAIN
        # What is before others is changed as a whole or not at all; a draft keeps what fits.
        may_save = not form.is_out_of_date and not {"agency", "match"} & set(form.errors)
        may_save = may_save and (is_complete or not is_reviewed)
        if may_save:
            try:
                with transaction.atomic():
                    self.practice = self._write(form, sends=sends and is_complete)
            except PracticeRefused as refused:
                form.add_error(None, str(refused))
                may_save = is_complete = False
        if may_save and is_complete:
            return self._saved()
        if may_save:
            number = len(form.errors)
            said = ngettext(
                "Saved what fits; %(number)d field needs your attention.",
                "Saved what fits; %(number)d fields need your attention.",
                number,
            )
            messages.warning(self.request, said % {"number": number})
            if self.practice is not None:
                form.mark_anew(ShownPractice(self.practice))
        return self._show(form, status=200 if may_save else UNPROCESSABLE)

    def _saved(self) -> HttpResponse:
        practice = self.practice
        if practice is None:
            raise Http404
        if practice.status == PracticeStatus.SUBMITTED:
            messages.success(self.request, _("Sent to the secretariat. You will be told of the decision."))
            return redirect("workspace:practice", practice.pk)
        messages.success(self.request, _("Saved."))
        return redirect("workspace:practice-edit", practice.pk)

    def _write(self, form: PracticeForm, *, sends: bool) -> Practice:
        values, relations = form.content()
        if self.practice is not None:
            practice = writing.edit(practice=self.practice, values=values, relations=relations, by=self._user)
        else:
            key = form.cleaned_data.get("form_key") or uuid.uuid4()
            values["match"] = form.cleaned_data.get("match")
            try:
                with transaction.atomic():
                    practice = writing.create(values=values, relations=relations, by=self._user, key=key)
            except IntegrityError:
                # The same form, sent twice at once: the first has made the row. The key of a practice that is not the
                # person's says nothing here.
                made = self._made_by_this_form(str(key))
                practice = made or writing.create(values=values, relations=relations, by=self._user, key=uuid.uuid4())
        if sends and practice.status not in REVIEWED_AGAIN:
            practice = states.submit(practice=practice, by=self._user)
        return practice

    def _show(self, form: PracticeForm, *, status: int = 200, **found: Any) -> HttpResponse:
        do = self.request.POST.get("do", "save").partition(":")[0] if self.request.method == "POST" else ""
        form.shows_errors = do in ("save", "send")
        context = {
            **self.frame(),
            "form": form,
            "practice": self.practice,
            "groups": area_groups(form),
            "options": Country.objects.listed(),
            "form_key": form["form_key"].value() or uuid.uuid4(),
            "is_reviewed_again": self.practice is not None and self.practice.status in REVIEWED_AGAIN,
            **found,
        }
        return render(self.request, "workspace/practices/form.html", context, status=status)
