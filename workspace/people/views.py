"""People: the own profile, invitations, who serves in the country, and the directory."""

from collections.abc import Callable
from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import ListView, TemplateView, UpdateView

from directory.access import Action, can, is_member, scope_of
from directory.choices import AgencyKind, Role
from directory.models import Affiliation, Agency, Country, Invitation, User
from directory.people import invitations, leaving, revalidation
from directory.people.invitations import InvitationRefused, NewPerson
from directory.people.leaving import LeavingRefused
from directory.people.revalidation import ValidationRefused
from web.calendar.days import today
from web.text import fold
from workspace.pages import MemberRequest, WorkspacePage
from workspace.people.cover import serving
from workspace.people.forms import AcceptForm, InvitationForm, ProfileForm

AGENCIES_A_PAGE = 50


class ProfilePage(WorkspacePage, UpdateView[User, ProfileForm]):
    """What the portal knows of a person, and may be changed by it."""

    actions = ()
    form_class = ProfileForm
    template_name = "workspace/people/profile.html"
    part = "profile"

    def get_object(self, queryset: QuerySet[User] | None = None) -> User:
        user = self.request.user
        if not is_member(user):
            raise Http404
        return user

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        return super().get_context_data(**kwargs) | {"serving": serving(user)}

    def get_success_url(self) -> str:
        messages.success(self.request, _("Saved."))
        return reverse("workspace:profile")


class People(WorkspacePage, TemplateView):
    """Who serves in the agencies of the country, and who is invited: for coordinators and managers."""

    actions = (Action.INVITE,)
    template_name = "workspace/people/people.html"
    part = "people"
    form: InvitationForm | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Invite a person."""
        user: Any = request.user
        form = self.form = InvitationForm(request.POST, by=user)
        if form.is_valid():
            try:
                invited = invitations.invite(by=user, **form.cleaned_data)
            except InvitationRefused as refused:
                form.add_error(None, str(refused))
            except ValidationError as wrong:
                form.add_error(None, wrong)
            else:
                messages.success(request, _("%(email)s is invited; the link was sent.") % {"email": invited.email})
                return redirect("workspace:people")
        return self.render_to_response(self.get_context_data(), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        scope = scope_of(user, Action.INVITE)
        within = Q() if scope.everything else Q(agency__country__in=scope.countries)
        serving = Affiliation.objects.in_force(today()).with_standing(today()).filter(within)
        if scope.everything:
            serving = serving.exclude(agency__kind=AgencyKind.SECRETARIAT)
        due = set(revalidation.due_for(user, today()).values_list("pk", flat=True))
        return super().get_context_data(**kwargs) | {
            "form": self.form or InvitationForm(by=user),
            "serving": serving.select_related("user", "agency__country").order_by("agency__name", "user__full_name"),
            "due": due,
            "may_designate": can(user, Action.MANAGE_DESIGNATIONS),
            "open": Invitation.objects.open().filter(within).select_related("agency__country", "invited_by"),
        }


class PeopleStep(WorkspacePage):
    """Takes one step: send an invitation again, withdraw it, validate or end an affiliation."""

    actions = (Action.INVITE,)

    def post(self, request: MemberRequest, step: str, pk: int) -> HttpResponse:
        if step not in PEOPLE_STEPS:
            raise Http404
        scope = scope_of(request.user, Action.INVITE)
        within = Q() if scope.everything else Q(agency__country__in=scope.countries)
        rows, act, said = PEOPLE_STEPS[step]
        row = rows().filter(within, pk=pk).first()
        if row is None:
            raise Http404
        try:
            act(row, request.user)
        except (InvitationRefused, LeavingRefused, ValidationRefused) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, str(said()))
        return redirect("workspace:people")


PEOPLE_STEPS: dict[str, tuple[Callable[[], Any], Callable[[Any, User], Any], Callable[[], str]]] = {
    "send-again": (
        Invitation.objects.all,
        lambda row, by: invitations.send_again(invitation=row, by=by),
        lambda: _("A new link was sent; the one before no longer works."),
    ),
    "withdraw-invitation": (
        Invitation.objects.all,
        lambda row, by: invitations.withdraw(invitation=row, by=by),
        lambda: _("Withdrawn: its link no longer works."),
    ),
    "validate": (
        Affiliation.objects.all,
        lambda row, by: revalidation.validate(affiliation=row, by=by),
        lambda: _("Recorded: the person still serves."),
    ),
    "end": (
        Affiliation.objects.all,
        lambda row, by: leaving.leave(affiliation=row, by=by),
        lambda: _("Ended at once. What was posted stays with the agency."),
    ),
}


class Leave(WorkspacePage):
    """A person ends an affiliation of its own."""

    actions = ()

    def post(self, request: MemberRequest, pk: int) -> HttpResponse:
        row = Affiliation.objects.filter(user=request.user, pk=pk).first()
        if row is None:
            raise Http404
        leaving.leave(affiliation=row, by=request.user)
        messages.success(request, _("You have left %(agency)s.") % {"agency": row.agency})
        if not Affiliation.objects.in_force(today()).filter(user=request.user).exists():
            logout(request)
            return redirect("home")
        return redirect("workspace:profile")


class Directory(WorkspacePage, ListView[Agency]):
    """The network: agencies by country, their office mailboxes, and the focal points who consented to be listed."""

    actions = (Action.USE_DIRECTORY,)
    template_name = "workspace/people/directory.html"
    part = "directory"
    paginate_by = AGENCIES_A_PAGE
    context_object_name = "agencies"

    def get_queryset(self) -> QuerySet[Agency]:
        listed = (
            Affiliation.objects.in_force(today())
            .filter(role__in=(Role.FOCAL_POINT, Role.COORDINATOR), user__is_listed=True, user__is_active=True)
            .select_related("user")
            .order_by("user__full_name", "pk")
        )
        rows = Agency.objects.public().select_related("country")
        self.country = self.request.GET.get("country", "")
        self.text = self.request.GET.get("q", "").strip()
        if self.country:
            rows = rows.filter(country=self.country)
        for word in fold(self.text[:200]).split():
            rows = rows.filter(
                Q(search_text__contains=word) | Q(country__search_text__contains=word) | Q(pk__in=_with_person(word))
            )
        rows = rows.prefetch_related(Prefetch("affiliations", listed, to_attr="listed"))
        return rows.order_by("country__position", "name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        countries = Country.objects.listed().filter(agencies__is_active=True).distinct()
        return super().get_context_data(**kwargs) | {"countries": countries, "country": self.country, "text": self.text}


def _with_person(word: str) -> QuerySet[Affiliation, int]:
    named = Affiliation.objects.in_force(today()).filter(user__is_listed=True, user__full_name__icontains=word)
    return named.values_list("agency", flat=True)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class Accept(TemplateView):
    """Accept an invitation by its link; a GET never does. A link that does not work says no more than that."""

    template_name = "workspace/people/accept.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._show(token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation = invitations.find(token)
        if invitation is None:
            return self._show(token)
        if invitations.account_of(invitation) is not None:
            return self._accept_as_member(token)
        form = AcceptForm(request.POST, invitation=invitation)
        if not form.is_valid():
            return self._show(token, form=form, status=422)
        values = {name: form.cleaned_data[name] for name in AcceptForm.Meta.fields}
        try:
            person = NewPerson(password=form.cleaned_data["password"], **values)
            user = invitations.accept_as_new(token=token, person=person)
        except InvitationRefused as refused:
            form.add_error(None, str(refused))
            return self._show(token, form=form, status=422)
        messages.success(request, _("Your account is ready."))
        answer: HttpResponse = perform_login(request, user)
        return answer

    def _accept_as_member(self, token: str) -> HttpResponse:
        user = self.request.user
        if not is_member(user):
            return redirect(f"{reverse('account_login')}?next={self.request.path}")
        try:
            invitations.accept_as(token=token, user=user)
        except InvitationRefused as refused:
            messages.error(self.request, str(refused))
            return redirect("workspace:accept", token=token)
        messages.success(self.request, _("Welcome to the agency."))
        return redirect("workspace:home")

    def _show(self, token: str, *, form: AcceptForm | None = None, status: int = 200) -> HttpResponse:
        invitation = invitations.find(token)
        context: dict[str, Any] = {"invitation": invitation, "section": "workspace"}
        if invitation is not None:
            initial = {"full_name": invitation.full_name, "language": invitation.language, "time_zone": "UTC"}
            context["has_account"] = invitations.account_of(invitation) is not None
            context["form"] = form or AcceptForm(invitation=invitation, initial=initial)
        response = self.render_to_response(context, status=404 if invitation is None else status)
        # The address is a secret; that no other site learns it is the policy of all pages. With "no-referrer" browsers
        # would not even tell the portal where the form comes from, and its answer would be refused.
        response["Cache-Control"] = "no-store"
        return response
