"""Asking the secretariat about a posting, one's own enquiries, and those that a coordinator passes on."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import ListView

from directory.access import Action
from directory.models import Agency, User
from matching.choices import ENQUIRIES_OPEN, EnquiryState
from matching.enquiries import asking
from matching.enquiries.asking import MODELS, EnquiryRefused, TooManyEnquiries
from matching.models import Enquiry
from surveys.choices import Side
from surveys.models import Need, Offer
from web.converters import row_number
from web.lists.pages import ROWS_A_PAGE
from workspace.current import current_affiliation
from workspace.enquiries.form import EnquiryForm
from workspace.kept import give_back
from workspace.matches.groups import own_matches
from workspace.pages import MemberRequest, WorkspacePage

UNPROCESSABLE, TOO_MANY = 422, 429


class AskAboutPosting(WorkspacePage):
    """The form of an enquiry about a posting of somebody else; `?own=12` names the own posting to begin with."""

    actions = (Action.ASK_ABOUT_POSTINGS,)
    part = "questions"
    keeps_typed = True

    def get(self, request: MemberRequest, pk: int, kind: str) -> HttpResponse:
        posting, kept = self._posting(pk, kind), give_back(request)
        if kept is not None:
            messages.info(request, _("Here is what you had typed when your session ended. It is not sent yet."))
        return self._show(posting, self._form(posting, kind, kept))

    def post(self, request: MemberRequest, pk: int, kind: str) -> HttpResponse:
        posting = self._posting(pk, kind)
        form, status, retry_after = self._form(posting, kind, request.POST), UNPROCESSABLE, 0
        if form.is_valid():
            try:
                enquiry = asking.ask(
                    side=Side(kind),
                    posting=posting,
                    by=request.user,
                    agency=self._agency(),
                    own=form.own_posting,
                    text=form.cleaned_data["text"],
                )
            except TooManyEnquiries as refused:
                form.add_error(None, str(refused))
                status, retry_after = TOO_MANY, refused.retry_after
            except EnquiryRefused as refused:
                form.add_error(None, str(refused))
            else:
                waits = enquiry.state == EnquiryState.WITH_COORDINATOR
                said = _("Sent to your coordinator, who passes it on.") if waits else _("Sent to the secretariat.")
                messages.success(request, said)
                return redirect("workspace:enquiries")
        answer = self._show(posting, form, status=status)
        if retry_after:
            answer["Retry-After"] = str(retry_after)
        return answer

    def _posting(self, pk: int, kind: str) -> Any:
        rows = asking.to_ask_about(self._user, Side(kind))
        return get_object_or_404(rows.select_related("country", "agency__country"), pk=pk)

    def _form(self, posting: Need | Offer, kind: str, data: Any) -> EnquiryForm:
        chosen = row_number(self.request.GET.get("own", ""))
        return EnquiryForm(
            data, user=self._user, agency=self._agency(), side=Side(kind), posting=posting, chosen=chosen
        )

    @property
    def _user(self) -> User:
        user: Any = self.request.user
        return user

    def _agency(self) -> Agency:
        # Whoever may ask serves an agency in a role that reads its own: the bar of the workspace names it.
        affiliation: Any = current_affiliation(self.request)
        agency: Agency = affiliation.agency
        return agency

    def _show(self, posting: Need | Offer, form: EnquiryForm, *, status: int = 200) -> HttpResponse:
        asked = Enquiry.objects.filter((self.kwargs["kind"], posting), asked_by=self._user, side=self.kwargs["kind"])
        open_ones = asked.filter(state__in=ENQUIRIES_OPEN)
        context = self.frame(posting=posting, kind=self.kwargs["kind"], form=form, has_asked=open_ones.exists())
        return render(self.request, "workspace/enquiries/ask.html", context, status=status)


class OwnEnquiries(WorkspacePage, ListView[Enquiry]):
    """What the person asked about postings, with the answers; for a coordinator first what waits to be passed on."""

    template_name = "workspace/enquiries/list.html"
    paginate_by = ROWS_A_PAGE
    actions = (Action.ASK_ABOUT_POSTINGS,)
    part = "questions"

    def get_queryset(self) -> Any:
        user: Any = self.request.user
        return Enquiry.objects.filter(asked_by=user).for_lists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        context = super().get_context_data(**kwargs)
        to_pass_on = list(Enquiry.objects.to_pass_on_by(user).for_lists())
        own = list(context["object_list"])
        seen = _seen_postings(user, [*own, *to_pass_on])
        pairs = _pairs_seen(user, own)
        for enquiry in (*own, *to_pass_on):
            # Neither a posting that was hidden since nor its title is for who asked about it once.
            enquiry.shown_posting = enquiry.posting if enquiry.posting in seen else None
            enquiry.shown_match = (enquiry.need_id, enquiry.offer_id) in pairs
        return context | {"to_pass_on": to_pass_on, "object_list": own}


class EnquiryStep(WorkspacePage):
    """One's own enquiry is withdrawn; a coordinator passes one on, or keeps it back."""

    actions = (Action.ASK_ABOUT_POSTINGS,)
    part = "questions"
    http_method_names = ["post"]

    def post(self, request: MemberRequest, pk: int, step: str) -> HttpResponse:
        own, waiting = Enquiry.objects.filter(asked_by=request.user), Enquiry.objects.to_pass_on_by(request.user)
        steps = {
            "withdraw": (own, asking.withdraw, _("Withdrawn. You may ask again at any time.")),
            "pass-on": (waiting, asking.pass_on, _("Passed on to the secretariat.")),
            "keep-back": (
                waiting,
                asking.keep_back,
                _("Not passed on. The person reads that on its page of enquiries."),
            ),
        }
        if step not in steps:
            raise Http404
        rows, take, said = steps[step]
        try:
            take(enquiry=get_object_or_404(rows, pk=pk), by=request.user)
        except EnquiryRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, said)
        return redirect("workspace:enquiries")


def _seen_postings(user: User, enquiries: Iterable[Enquiry]) -> set[Any]:
    """Return those of the postings asked about that the person may see now: one query a kind."""
    asked: dict[Side, set[int]] = {Side.OFFER: set(), Side.NEED: set()}
    for enquiry in enquiries:
        asked[Side(enquiry.side)].add(enquiry.posting.pk)
    return {row for side, ids in asked.items() for row in MODELS[side].objects.visible_to(user).filter(pk__in=ids)}


def _pairs_seen(user: User, enquiries: Iterable[Enquiry]) -> set[tuple[int, int]]:
    """Return the pairs, by the ids of need and offer, that stand among the person's matches: one query."""
    needs = [enquiry.need_id for enquiry in enquiries if enquiry.need_id and enquiry.offer_id]
    found = own_matches(user).order_by().filter(need__in=needs)
    return set(found.values_list("need_id", "offer_id"))
