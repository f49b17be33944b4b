"""The page of an own posting: its state, its matches, and what can be done with it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.models import User
from matching.asking.published import PublishedOverlaps, published_overlaps
from matching.runs.rematch import rematch
from matching.scoring.near_misses import near_misses
from surveys.answering.pending import choose, differences_of, open_choice
from surveys.choices import PostingStatus
from surveys.confirming.replacing import post_in_place, replaced_by
from surveys.models import Need
from surveys.models.postings.posting import Posting
from surveys.postings import approval, states
from surveys.postings import posting as posting_module
from surveys.postings.deciding.held import PostingLacks, PostingRefused
from surveys.postings.deciding.proposing import take_back
from surveys.postings.deciding.versions import AT_HAND, waiting_version
from surveys.postings.deciding.windows import may_approve, publishes_alone
from surveys.postings.duplicates import likely_duplicates
from surveys.postings.forms.form import VISIBILITY_WORDS
from surveys.postings.from_paper import papers_of
from surveys.postings.languages import language_names
from surveys.postings.shown.editing import ShownPosting
from surveys.postings.shown.history import versions_of
from surveys.postings.shown.proposed import proposed_of, told_version
from web.calendar.days import today
from web.since_shown import AS_OF, ChangedSinceShown, as_shown
from workspace.pages import MemberRequest, WorkspacePage
from workspace.postings.kinds import Kind
from workspace.postings.step_forms import RenewForm, SendBackForm, WithdrawForm

CONFLICT = 409
DETAIL, PREVIEW = "workspace/postings/detail.html", "workspace/postings/preview.html"


FORMS: dict[str, type[forms.Form]] = {"withdraw": WithdrawForm, "renew": RenewForm, "send_back": SendBackForm}
"""The forms of the steps that ask for something."""


class NearMisses(WorkspacePage):
    """What would have matched an own posting but for one gate."""

    actions = (Action.READ_OWN,)

    def get(self, request: MemberRequest, kind: str, pk: int) -> HttpResponse:
        posting = Kind(kind).get_readable(request.user, pk)
        found = near_misses(posting=posting, reader=request.user) if posting.status == PostingStatus.PUBLISHED else []
        context = {"posting": posting, "kind": kind, "near_misses": found}
        return render(request, "workspace/postings/near.html", context)


class PostingPage(WorkspacePage):
    """One posting of the own side, or one that waits for the person's approval."""

    actions = (Action.READ_OWN, Action.APPROVE_POSTINGS)
    http_method_names = ["get", "head"]

    def get(self, request: MemberRequest, kind: str, pk: int) -> HttpResponse:
        return show(request, posting=_readable(Kind(kind), request.user, pk), kind=Kind(kind))


class PostingPreview(WorkspacePage):
    """The posting as the public will see it, with what looks like the same, and the button that publishes."""

    actions = (Action.POST,)

    def get(self, request: MemberRequest, kind: str, pk: int) -> HttpResponse:
        posting = Kind(kind).get_writable(request.user, pk)
        return show(request, posting=posting, kind=Kind(kind), template=PREVIEW)


class History(WorkspacePage):
    """Who changed what, when, from what to what."""

    def get(self, request: MemberRequest, kind: str, pk: int) -> HttpResponse:
        posting = Kind(kind).get_readable(request.user, pk)
        context = _context(request, posting, Kind(kind)) | {
            "versions": versions_of(posting),
            "proposed": proposed_of(posting, shows_changes=True),
        }
        return render(request, "workspace/postings/history.html", context)


class PostingStep(WorkspacePage):
    """Takes one step on a posting: publish, confirm, withdraw, renew, copy and the others of POSTING_STEPS."""

    actions = (Action.POST, Action.APPROVE_POSTINGS)

    def post(self, request: MemberRequest, kind: str, pk: int, step: str) -> HttpResponse:
        if step not in POSTING_STEPS:
            raise Http404
        of, approves = Kind(kind), step in APPROVING
        if not can(request.user, Action.APPROVE_POSTINGS if approves else Action.POST):
            raise PermissionDenied
        posting = _readable(of, request.user, pk) if approves else of.get_writable(request.user, pk)
        try:
            with as_shown(ShownPosting(posting), request.POST.get(AS_OF, "")):
                return POSTING_STEPS[step](request, posting, of)
        except ChangedSinceShown as changed:
            messages.error(request, str(changed))
            typed = {f"{step}_form": FORMS[step](request.POST)} if step in FORMS else {}
            template = PREVIEW if step == "publish" else DETAIL
            return show(
                request, posting=_readable(of, request.user, pk), kind=of, template=template, status=CONFLICT, **typed
            )
        except PostingLacks as refused:
            messages.error(request, str(refused))
            if approves or step == "choose":
                return redirect(of.address("", pk))
            # The form says it at each field.
            return redirect(f"{of.address('edit', pk)}?publish=1")
        except PostingRefused as refused:
            messages.error(request, str(refused))
            return redirect(of.address("", pk) if approves else of.address("preview", pk))


def _publish(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    """Publish, or put before whom approves; the matches are on the page that answers."""
    twins = _twins(posting, request.user)
    if twins and request.POST.get("another") != "1":
        return show(request, posting=posting, kind=kind, template=PREVIEW, twins=twins, asks=True)
    put = approval.put_before_others(posting=posting, by=request.user)
    if put.submitted_at is not None:
        _say_sent(request, posting)
        return redirect(kind.address("", posting.pk))
    return _with_matches(request, posting, kind, _("Published."))


def _say_sent(request: MemberRequest, posting: Posting) -> None:
    said = _("Sent for approval to %(who)s. You will be told of the decision.")
    messages.success(request, said % {"who": approval.who_approves(posting)})


def _confirm(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    if not publishes_alone(request.user, posting):
        approval.submit(posting=posting, by=request.user)
        _say_sent(request, posting)
        return redirect(kind.address("", posting.pk))
    states.confirm(posting=posting, by=request.user, on=today())
    return _with_matches(request, posting, kind, _("Confirmed as of today."))


def _approve(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    approved = approval.approve(posting=posting, by=request.user)
    rematch(posting=_again(posting), by=request.user)
    messages.success(request, _("Approved: “%(posting)s” is published.") % {"posting": approved.title})
    return redirect("workspace:approvals")


def _send_back(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return show(request, posting=posting, kind=kind, send_back_form=form, status=422)
    approval.send_back(posting=posting, by=request.user, note=form.cleaned_data["note"])
    messages.success(request, _("Sent back with your note."))
    return redirect("workspace:approvals")


def _withdraw(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return show(request, posting=posting, kind=kind, withdraw_form=form, status=422)
    states.withdraw(posting=posting, by=request.user, **form.cleaned_data)
    messages.success(request, _("Withdrawn. It stays in the records, and can be published again."))
    return redirect(kind.address("", posting.pk))


def _renew(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    form = RenewForm(request.POST)
    if not form.is_valid():
        return show(request, posting=posting, kind=kind, renew_form=form, status=422)
    closes_on: dt.date | None = form.cleaned_data["closes_on"]
    renewed = states.renew(posting=posting, by=request.user, closes_on=closes_on)
    if publishes_alone(request.user, renewed):
        return _with_matches(request, posting, kind, _("Renewed."))
    _say_sent(request, posting)
    return redirect(kind.address("", posting.pk))


def _copy(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    made = posting_module.copy(posting=posting, by=request.user)
    messages.success(request, _("Here is the copy, a draft."))
    return redirect(kind.address("edit", made.pk))


def _in_place(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    """Begin, or go on with, the posting in place of one that others compiled."""
    made = post_in_place(posting=posting, by=request.user)
    if made.status != PostingStatus.DRAFT:
        return redirect(kind.address("", made.pk))
    messages.success(request, _("Here is a draft made of it. Once it is published, the compiled one goes."))
    return redirect(kind.address("edit", made.pk))


def _take_back(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    """Take back what waits, or was sent back: what is public stays."""
    take_back(posting=posting, by=request.user)
    messages.success(request, _("Taken back. What is public stays; what you had written is in the history."))
    return redirect(kind.address("", posting.pk))


APPROVING = frozenset({"approve", "send_back"})
"""Steps of who approves; all others are of those who speak for the posting."""


def _choose(request: MemberRequest, posting: Posting, kind: Kind) -> HttpResponse:
    """Choose between the posting as it stands and what a corrected survey answer makes of it."""
    change = open_choice(posting)
    if change is None:
        raise PostingRefused(_("There is nothing to choose any more."))
    choose(change=change, takes_response=request.POST.get("version") == "response", by=request.user)
    messages.success(request, _("Decided."))
    return redirect(kind.address("", posting.pk))


POSTING_STEPS: dict[str, Callable[[MemberRequest, Any, Kind], HttpResponse]] = {
    "publish": _publish,
    "confirm": _confirm,
    "approve": _approve,
    "send_back": _send_back,
    "withdraw": _withdraw,
    "renew": _renew,
    "copy": _copy,
    "choose": _choose,
    "take_back": _take_back,
    "in_place": _in_place,
}


def show(
    request: MemberRequest,
    *,
    posting: Posting,
    kind: Kind,
    template: str = DETAIL,
    status: int = 200,
    **given: Any,
) -> HttpResponse:
    """Show a posting of the own side, with the forms as they were given back."""
    context = _context(request, posting, kind) | {
        "may_write": posting.is_within(scope_of(request.user, Action.POST)),
        "may_approve": _waits(posting) and may_approve(request.user, posting),
        "publishes_alone": publishes_alone(request.user, posting),
        AS_OF: ShownPosting(posting).mark(),
        "withdraw_form": WithdrawForm(),
        "renew_form": RenewForm(initial={"closes_on": posting.closes_on}),
        "send_back_form": SendBackForm(),
        "papers": papers_of(posting) if template == DETAIL else [],
        "overlaps": _overlaps(posting, request.user) if template == DETAIL else None,
        "twins": _twins(posting, request.user) if template == PREVIEW else [],
        "visibility_words": dict(VISIBILITY_WORDS)[posting.visibility],  # type: ignore[index]
        "languages": language_names(posting.delivery_languages),
        "proposed": told_version(posting) if template == DETAIL else None,
        "differences": differences_of(change) if (change := open_choice(posting)) else [],
        **given,
    }
    return render(request, template, context, status=status)


def _waits(posting: Posting) -> bool:
    return posting.submitted_at is not None or waiting_version(posting) is not None


def _twins(posting: Posting, user: User) -> list[Posting]:
    """Return what is likely the same posting, but not the compiled one that goes once this is published."""
    twins, replaced = likely_duplicates(posting, user), replaced_by(posting)
    return [twin for twin in twins if twin.pk != replaced]


def _overlaps(posting: Posting, user: User) -> PublishedOverlaps | None:
    """Return the published offers that overlap with an own need; of an offer there are none."""
    return published_overlaps(need=posting, reader=user) if isinstance(posting, Need) else None


def _with_matches(request: MemberRequest, posting: Posting, kind: Kind, said: str) -> HttpResponse:
    """Show the posting with its matches, worked out just now."""
    rematch(posting=_again(posting), by=request.user)
    messages.success(request, said)
    return show(request, posting=_readable(kind, request.user, posting.pk), kind=kind, is_fresh=True)


def _again(posting: Any) -> Any:
    return type(posting).objects.get(pk=posting.pk)


def _readable(kind: Kind, user: Any, pk: int) -> Any:
    """Return a posting of the own side, or one that waits for the person's approval; 404 for any other."""
    try:
        return kind.get_readable(user, pk)
    except Http404:
        waiting = (
            kind.model.objects.awaiting_approval_by(user).for_lists().select_related("contact_person", "submitted_by")
        ).prefetch_related(AT_HAND)
        posting = waiting.filter(pk=pk).first()
        if posting is None:
            raise
        return posting


def _context(request: MemberRequest, posting: Posting, kind: Kind) -> dict[str, Any]:
    return {
        "section": "workspace",
        "part": f"{kind.code}s",
        "posting": posting,
        "kind": kind.code,
        "of": kind,
    }
