"""Other figures tried before they count: a form, what they would change, and the button that activates them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from desk.profiles.form import SECTIONS, ScoringProfileForm
from desk.profiles.percent import as_given, in_words
from desk.runs.run import set_off
from directory.models import User
from matching.models import ScoringProfile
from matching.models.profile import FIGURES
from matching.runs import in_blocks
from matching.runs.preview import Move, PreviewRefused, ProfilePreview, preview
from matching.runs.running import RunRefused
from matching.scoring.profiles import activate
from surveys.models import Need, Offer


class FiguresForm(ScoringProfileForm):
    """The figures of a profile, without its code: that is fixed."""

    class Meta(ScoringProfileForm.Meta):
        fields = FIGURES

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields under their headings."""
        return [(heading, [self[name] for name in names]) for heading, names in SECTIONS]

    def hidden(self) -> list[tuple[str, str]]:
        """Return what a button must send along so that just these figures count."""
        return list(as_given({name: self.cleaned_data[name] for name in FIGURES}).items())


@dataclass(frozen=True)
class MoveRow:
    """One of the largest moves, with its postings."""

    move: Move
    need: Need
    offer: Offer
    address: str
    """Of the page that explains the pair."""

    @property
    def parts(self) -> list[tuple[int, int]]:
        """What each criterion contributes before and after, in the order of `move.before.parts`."""
        after = self.move.after.parts
        return [(part, after[criterion]) for criterion, part in self.move.before.parts.items()]


@dataclass(frozen=True)
class Differing:
    """A figure that is not the one in use."""

    label: str
    before: str
    after: str


def show(model_admin: ModelAdmin[ScoringProfile], request: HttpRequest, profile: ScoringProfile) -> HttpResponse:
    """Show the form; with figures in the address also what they would change. Writes nothing.

    `profile` is the one that the form begins with.
    """
    form = _form(profile, request.GET if any(name in request.GET for name in FIGURES) else None)
    return _page(model_admin, request, profile, form)


def activate_figures(
    model_admin: ModelAdmin[ScoringProfile], request: HttpRequest, profile: ScoringProfile
) -> HttpResponse:
    """Activate the figures and run the matching by them; the page again, with what is wrong, where they are refused."""
    user = _person(request)
    form = _form(profile, request.POST)
    if not form.is_valid():
        return _page(model_admin, request, profile, form)
    activated = activate(profile=_tried(profile, form), by=user)
    if activated is None:
        messages.info(
            request, _("The profile in use has just these figures. There is no new version, and nothing was rerun.")
        )
        return HttpResponseRedirect(reverse("admin:matching_scoringprofile_changelist"))
    messages.success(request, _("The next runs use %(profile)s.") % {"profile": activated})
    return HttpResponseRedirect(_rerun(request, activated, by=user))


def address_of(profile: ScoringProfile) -> str:
    """Return the address that shows what a profile as it stands would change."""
    address = reverse("admin:matching_scoringprofile_preview", args=[profile.pk])
    return f"{address}?{urlencode(as_given(profile.figures))}"


def _form(profile: ScoringProfile, data: Any) -> FiguresForm:
    # A copy: a form writes what it was given into its row.
    copy = ScoringProfile(code=profile.code, version=profile.version, **profile.figures)
    return FiguresForm(data, instance=copy)


def _tried(profile: ScoringProfile, form: FiguresForm) -> ScoringProfile:
    """Return the profile itself where the form has just its figures, else one that is not saved."""
    figures = {name: form.cleaned_data[name] for name in FIGURES}
    if figures == profile.figures:
        return profile
    return ScoringProfile(code=profile.code, version=profile.version, **figures)


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _rerun(request: HttpRequest, profile: ScoringProfile, *, by: User) -> str:
    """Run the matching by the profile; return the address to go on to. The profile is in use whatever happens."""
    try:
        return set_off(request, lambda: in_blocks.start(by=by, profile=profile))
    except RunRefused as refusal:
        messages.warning(request, _("The rerun must wait. %(why)s") % {"why": refusal})
    return reverse("admin:matching_matchrun_changelist")


def _page(
    model_admin: ModelAdmin[ScoringProfile], request: HttpRequest, profile: ScoringProfile, form: FiguresForm
) -> HttpResponse:
    found, refusal, tried = None, "", None
    if form.is_bound and form.is_valid():
        tried = _tried(profile, form)
        try:
            found = preview(profile=tried, by=_person(request))
        except PreviewRefused as refused:
            refusal = str(refused)
    return TemplateResponse(
        request,
        "admin/matching/scoringprofile/preview.html",
        {
            **model_admin.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "opts": model_admin.opts,
            "title": _("Try other figures"),
            "profile": profile,
            "form": form,
            "found": found,
            "refusal": refusal,
            "tried": tried,
            "is_new": tried is not None and tried.pk is None,
            "differing": _differing(found.in_use, tried) if found and tried else [],
            "rows": _rows(found) if found else [],
        },
    )


def _differing(in_use: ScoringProfile, tried: ScoringProfile) -> list[Differing]:
    before, after = in_use.figures, tried.figures
    fields = FiguresForm.base_fields
    return [
        Differing(str(fields[name].label), in_words(name, before[name]), in_words(name, after[name]))
        for name in FIGURES
        if before[name] != after[name]
    ]


def _rows(found: ProfilePreview) -> list[MoveRow]:
    needs = Need.objects.for_lists().in_bulk([move.need for move in found.moves])
    offers = Offer.objects.for_lists().in_bulk([move.offer for move in found.moves])
    pair = reverse("admin:matching_match_pair")
    return [
        MoveRow(move, needs[move.need], offers[move.offer], f"{pair}?need={move.need}&offer={move.offer}")
        for move in found.moves
    ]
