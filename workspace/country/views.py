"""The page on which a coordinator decides on the window of the country."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.mail.receivers import coordinators_of
from directory.models import Country
from surveys.postings.deciding import windows
from surveys.postings.deciding.windows import WindowRefused, window_of_country
from surveys.postings.shown.window import ShownWindow, changes_of
from web.since_shown import AS_OF, ChangedSinceShown, as_shown
from workspace.country.forms import WindowForm
from workspace.current import current_affiliation
from workspace.pages import WorkspacePage

INVALID, CONFLICT = 422, 409


class WindowPage(WorkspacePage):
    """Who approves, what others see, and the pause of a country, with what was changed before: for its coordinator.

    Managers have the windows of all countries in the admin, where this leads them.
    """

    actions = (Action.APPROVE_POSTINGS,)
    part = "window"

    def get(self, request: HttpRequest) -> HttpResponse:
        country = self._country()
        if country is None:
            return redirect("admin:surveys_countrywindow_changelist")
        return self._show(country, WindowForm(instance=window_of_country(country), initial={"note": ""}))

    def post(self, request: HttpRequest) -> HttpResponse:
        country, do = self._country(), request.POST.get("do", "")
        if country is None or do not in ("save", "pause", "resume"):
            raise Http404
        # A copy: a form in error must not change what the page shows as decided.
        form = WindowForm(request.POST, instance=copy(window_of_country(country)))
        if do == "save" and not form.is_valid():
            return self._show(country, form, status=INVALID)
        try:
            with as_shown(ShownWindow(country), request.POST.get(AS_OF, "")):
                self._take(country, do, form)
        except (ChangedSinceShown, WindowRefused) as refused:
            return self._show(country, form, status=CONFLICT, told=str(refused))
        messages.success(request, self._said(do))
        return redirect("workspace:window")

    def _take(self, country: Country, do: str, form: WindowForm) -> None:
        user: Any = self.request.user
        if do == "save":
            windows.change(country=country, by=user, values=form.values, note=form.cleaned_data["note"])
        else:
            act = windows.pause if do == "pause" else windows.resume
            act(country=country, by=user)

    def _said(self, do: str) -> str:
        said = {
            "save": _("Saved. It holds from now on."),
            "pause": _("Paused: what the country has posted is seen by itself and the secretariat alone."),
            "resume": _("Shown again, as it was."),
        }
        return said[do]

    def _country(self) -> Country | None:
        """Return the country at work, None for who decides for all."""
        scope = scope_of(self.request.user, Action.APPROVE_POSTINGS)
        if scope.everything:
            return None
        affiliation = current_affiliation(self.request)
        at_work = affiliation.agency.country_id if affiliation else None
        chosen = at_work if at_work in scope.countries else min(scope.countries, default=None)
        return Country.objects.filter(pk=chosen).first()

    def _show(self, country: Country, form: WindowForm, *, status: int = 200, told: str = "") -> HttpResponse:
        context = self.frame(
            country=country,
            form=form,
            window=window_of_country(country),
            coordinators=coordinators_of(country.pk, None),
            changes=changes_of(country),
            told=told,
            as_of=ShownWindow(country).mark(),
        )
        return render(self.request, "workspace/country/window.html", context, status=status)
