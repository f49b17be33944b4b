"""Keys to the API: made, replaced, adopted and revoked. A secret is shown in the answer to a form, and never again."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.generic import ListView

from directory.access import Action, scope_of
from directory.choices import KeyScope, KeyState
from directory.keys import ending, making
from directory.keys.entitled import KeyRefused, keys_of, may_answer_for
from directory.keys.making import LONGEST_OVERLAP_DAYS, OVERLAP_DAYS, NewKey
from directory.models import ApiKey, User
from web.calendar.days import today
from web.text import fold
from workspace.current import current_affiliation
from workspace.keys.forms import KeyForm, ReplacementForm
from workspace.pages import MemberRequest, WorkspacePage

KEYS_A_PAGE = 50
ENDED, TO_ADOPT = "ended", "to_adopt"
SHOWN = ("", TO_ADOPT, ENDED)
"""What `show=` may say; nothing: the keys that work."""
LONGEST_SEARCH = 200


class Keys(WorkspacePage, ListView[ApiKey]):
    """The keys of the person's agencies, or all; by POST, a new one, whose secret is shown in the answer."""

    actions = (Action.MANAGE_KEYS,)
    template_name = "workspace/keys/keys.html"
    part = "keys"
    paginate_by = KEYS_A_PAGE
    context_object_name = "keys"
    request: MemberRequest

    def get_queryset(self) -> QuerySet[ApiKey]:
        self.shown = self.request.GET.get("show", "")
        if self.shown not in SHOWN:
            raise Http404
        self.text = self.request.GET.get("q", "").strip()[:LONGEST_SEARCH]
        rows = ApiKey.objects.filter(pk__in=keys_of(self.request.user).values("pk"))
        if self.shown == ENDED:
            rows = rows.exclude(pk__in=rows.that_work(today()).values("pk"))
        else:
            rows = rows.in_state(KeyState.TO_ADOPT, today()) if self.shown else rows.that_work(today())
        for word in fold(self.text).split():
            rows = rows.filter(Q(agency__search_text__contains=word) | Q(name__icontains=word))
        return rows.select_related("agency__country", "accountable", "made_by", "successor").order_by("-made_at", "-pk")

    def post(self, request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make a key."""
        form = KeyForm(request.POST, by=request.user)
        if form.is_valid():
            try:
                made = making.make(by=request.user, **form.cleaned_data)
            except KeyRefused as refused:
                form.add_error(None, str(refused))
            else:
                return _show_once(self, made)
        self.object_list = self.get_queryset()
        context = self.get_context_data(form=form)
        return self.render_to_response(context, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        by = self.request.user
        affiliation = current_affiliation(self.request)
        context = super().get_context_data(**kwargs)
        for key in context["keys"]:
            key.state = key.state_on(today())
            key.may_be_answered_for = may_answer_for(by, key)
        return {
            "form": KeyForm(by=by, agency=affiliation.agency if affiliation else None),
            "sees_all": scope_of(by, Action.MANAGE_KEYS).everything,
            "shown": self.shown,
            "text": self.text,
            "overlap_days": OVERLAP_DAYS,
            "longest_overlap_days": LONGEST_OVERLAP_DAYS,
            **context,
        }


class KeyReplacement(WorkspacePage):
    """Makes the successor of a key, whose secret is shown in the answer."""

    actions = (Action.MANAGE_KEYS,)
    part = "keys"
    http_method_names = ["post"]

    def post(self, request: MemberRequest, pk: int) -> HttpResponse:
        key, form = get_object_or_404(keys_of(request.user), pk=pk), ReplacementForm(request.POST)
        if not form.is_valid():
            messages.error(
                request, _("Both keys work together for 0 to %(days)d days.") % {"days": LONGEST_OVERLAP_DAYS}
            )
            return redirect("workspace:keys")
        try:
            made = making.rotate(key=key, by=request.user, overlap_days=form.cleaned_data["overlap_days"])
        except KeyRefused as refused:
            messages.error(request, str(refused))
            return redirect("workspace:keys")
        return _show_once(self, made)


class KeyStep(WorkspacePage):
    """Takes one step: revoke a key, or answer for it from now on."""

    actions = (Action.MANAGE_KEYS,)
    http_method_names = ["post"]

    def post(self, request: MemberRequest, step: str, pk: int) -> HttpResponse:
        if step not in KEY_STEPS:
            raise Http404
        act, said = KEY_STEPS[step]
        key = get_object_or_404(keys_of(request.user), pk=pk)
        try:
            act(key, request.user)
        except KeyRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, said())
        return redirect("workspace:keys")


KEY_STEPS: dict[str, tuple[Callable[[ApiKey, User], ApiKey], Callable[[], str]]] = {
    "revoke": (
        lambda key, by: ending.revoke(key=key, by=by),
        lambda: _("Revoked: the next request with this key is refused."),
    ),
    "adopt": (
        lambda key, by: ending.adopt(key=key, by=by),
        lambda: _("You answer for this key from now on."),
    ),
}


@sensitive_variables("made", "context")
def _show_once(page: WorkspacePage, made: NewKey) -> HttpResponse:
    """Answer with the secret itself: it stands in this page, in no message, no session, and no address to return to."""
    context = page.frame(
        affiliation=current_affiliation(page.request),
        key=made.key,
        secret=made.secret,
        writes=KeyScope.WRITE_POSTINGS in made.key.scopes,
    )
    return render(page.request, "workspace/keys/made.html", context)
