"""Who acts while a person is away: said on its profile, by the alternate whom its letter names."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from directory.models import Affiliation, Designation, User
from directory.people import designations
from directory.people.designations import DesignationRefused
from surveys.postings.forms.day_field import PostingDayField, day_input
from web.calendar.days import today
from workspace.pages import MemberRequest, WorkspacePage


class CoverForm(forms.Form):
    """From which day to which the alternate acts."""

    first = PostingDayField(label=gettext_lazy("First day"), widget=day_input())
    last = PostingDayField(label=gettext_lazy("Last day, inclusive"), widget=day_input())

    def clean(self) -> dict[str, Any]:
        """Refuse days that lie the wrong way round, at the field."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            raise ValidationError({"last": _("The last day lies before the first.")})
        return cleaned


@dataclass(frozen=True)
class Cover:
    """Who acts for whom in one agency, now or later."""

    designation: Designation | None
    """The person's own, where its letter names an alternate."""
    acting: list[Designation]
    """By which others act for the person."""
    acts_for: list[Designation]
    """By which the person acts for others."""


def serving(user: User) -> list[Affiliation]:
    """Return where the person serves, each with its `cover`: two queries, however many there are."""
    rows = user.current_affiliations
    own = {row.pk for row in rows}
    to_cover = designations.may_be_covered(own, today())
    covers = Designation.objects.filter(covers__isnull=False, ended_at__isnull=True, valid_until__gte=today())
    concerning = list(
        covers.filter(Q(affiliation__in=own) | Q(covers__affiliation__in=own))
        .select_related("affiliation__user", "covers__affiliation__user")
        .order_by("valid_from", "pk")
    )
    for row in rows:
        row.cover = Cover(
            designation=to_cover.get(row.pk),
            acting=[one for one in concerning if one.covers is not None and one.covers.affiliation_id == row.pk],
            acts_for=[one for one in concerning if one.affiliation_id == row.pk],
        )
    return rows


class CoverPage(WorkspacePage, FormView[CoverForm]):
    """A person lets the alternate of its own designation act from day to day."""

    actions = ()
    part = "profile"
    template_name = "workspace/people/cover_page.html"
    form_class = CoverForm
    success_url = reverse_lazy("workspace:profile")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User):
            own = Designation.objects.filter(affiliation__user=request.user, covers__isnull=True, pk=kwargs["pk"])
            self.designation = own.select_related("affiliation__agency", "alternate").first()
            if self.designation is None:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CoverForm) -> HttpResponse:
        by: Any = self.request.user
        designation: Any = self.designation
        try:
            acting = designations.cover(designation=designation, by=by, **form.cleaned_data)
        except DesignationRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        said = _("%(who)s acts in your place on these days, and is told by e-mail.")
        messages.success(self.request, said % {"who": acting.affiliation.user})
        return super().form_valid(form)

    def form_invalid(self, form: CoverForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"designation": self.designation}


class CoverEnd(WorkspacePage):
    """One of the two ends it."""

    actions = ()

    def post(self, request: MemberRequest, pk: int) -> HttpResponse:
        concerned = Q(affiliation__user=request.user) | Q(covers__affiliation__user=request.user)
        row = Designation.objects.filter(concerned, covers__isnull=False, pk=pk).first()
        if row is None:
            raise Http404
        designations.end_cover(designation=row, by=request.user)
        messages.success(request, _("Ended: nobody acts in another's place by it any more."))
        return redirect("workspace:profile")
