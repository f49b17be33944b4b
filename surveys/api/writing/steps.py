"""Creating, changing and withdrawing an offer or a need that a key sends in: the doors of the workspace, by machine.

What people's pages do is done by the same functions: the form checks, `surveys.postings.posting` writes, and
`surveys.postings.approval` publishes as far as the person may go who answers for the key. Each step is taken in the
transaction of its request, or of its item in a batch; what is refused raises, and writes nothing.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError

from surveys.api.writing.filled_form import PLACES, SentFields, errors_of, fill, read_fields, wrong_places
from surveys.api.writing.sender import Sender
from surveys.api.writing.sent import SentWithdrawalSerializer
from surveys.choices import PostingStatus
from surveys.confirming.replacing import begun_in_place_of, post_in_place
from surveys.models import Need, Offer
from surveys.models.postings.posting import Posting
from surveys.postings import approval, states
from surveys.postings import posting as posting_module
from surveys.postings.content import content_of
from surveys.postings.deciding.held import PostingLacks, PostingRefused, with_origin
from surveys.postings.deciding.proposing import version_to_edit
from surveys.postings.deciding.versions import AT_HAND, waiting_version
from surveys.postings.forms.form import PostingForm
from surveys.postings.shown.editing import ShownPosting
from web.api.writing.bodies import BadBody
from web.api.writing.conditions import check_versions
from web.api.writing.fields import by_name
from web.calendar.days import today

MODELS: Mapping[str, Any] = {"offer": Offer, "need": Need}
IN_PLACE = "in_place_of"

Versions = Callable[[], Collection[str]]
"""Gives what was seen; it raises where that was not said, which is asked once the row is known to be the key's own."""


class StepRefused(APIException):
    """The state of the posting does not allow it: 409."""

    status_code = HTTPStatus.CONFLICT


@transaction.atomic
def create(*, kind: str, sender: Sender, body: Any) -> Any:
    """Create what was sent, and put it before others if so asked; return it.

    Raises BadBody with all that is wrong, StepRefused, and Http404 for another agency.
    """
    sent = read_fields(kind, body, is_new=True)
    if IN_PLACE in sent.values:
        return _create_in_place(kind, sender, sent)
    form = _checked(kind, sender, None, sent)
    content = form.content()
    values = {
        **content.values,
        "stated_on": today(),
        "reference": sent.values.get("reference", ""),
        "sent_with_key": sender.key,
    }
    with _refusals(), _one_reference(kind, sender, values["reference"]):
        posting = posting_module.create(
            model=MODELS[kind],
            values=values,
            areas=content.areas,
            modalities=content.modalities,
            targets=content.targets,
            by=sender.person,
            reason=with_origin("drafted", sender.key),
        )
    _put_before_others(posting, sender, sent)
    return posting


def _create_in_place(kind: str, sender: Sender, sent: SentFields) -> Any:
    """Create what was sent in place of a compiled posting: the draft that the workspace makes of it, then changed.

    Raises as `create`, and StepRefused where one stands in its place already, or where it is not a compiled one.
    """
    compiled = own_rows(kind, sender).filter(pk=sent.values[IN_PLACE]).first()
    if compiled is None:
        raise BadBody({IN_PLACE: [_("There is none with this number that this key may write.")]})
    with _refusals():
        begun = begun_in_place_of(compiled)
        if begun is not None:
            said = _("Number %(number)s stands in its place already: change that one.")
            raise PostingRefused(said % {"number": begun.pk})
        made = post_in_place(posting=compiled, by=sender.person, key=sender.key)
    posting = _whole(own_rows(kind, sender).filter(pk=made.pk), kind)
    return _take(kind, sender, posting, sent)


@transaction.atomic
def change(*, kind: str, sender: Sender, pk: int, body: Any, versions: Versions) -> Any:
    """Change what was named of a posting that is as it was seen; return it. Raises as `create`, and for its version."""
    posting = _held(kind, sender, pk, versions)
    sent = read_fields(kind, body, is_new=False)
    if IN_PLACE in sent.values:
        raise BadBody({IN_PLACE: [_("Only a new one is put in place of another: leave it out.")]})
    return _take(kind, sender, posting, sent)


def _take(kind: str, sender: Sender, posting: Any, sent: SentFields) -> Any:
    """Write what was sent into a posting that is held, and put it before others if so asked; return it."""
    form = _checked(kind, sender, posting, sent)
    with _refusals():
        if "reference" in sent.values:
            with _one_reference(kind, sender, sent.values["reference"], but=posting):
                posting_module.refer(
                    posting=posting, reference=sent.values["reference"], by=sender.person, key=sender.key
                )
        if sent.has_content:
            _edit(posting, form, sender)
    _put_before_others(_again(posting), sender, sent)
    return posting


@transaction.atomic
def withdraw(*, kind: str, sender: Sender, pk: int, body: Any, versions: Versions) -> Any:
    """Withdraw a posting that is as it was seen, for a reason; return it. Raises as `change`."""
    posting = _held(kind, sender, pk, versions)
    serializer = SentWithdrawalSerializer(data=body)
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as error:
        raise BadBody(by_name(error.detail)) from None
    said = serializer.validated_data
    with _refusals():
        states.withdraw(
            posting=posting, by=sender.person, reason=said["reason"], note=said.get("note", ""), key=sender.key
        )
    return posting


def own_rows(kind: str, sender: Sender) -> Any:
    """Return the postings that the key may change, whatever their state."""
    return MODELS[kind].objects.writable_by(sender.reader)


def _held(kind: str, sender: Sender, pk: int, versions: Versions) -> Any:
    """Return a posting of the key's own, held as it was seen; 404 for any other, whether it is there or not."""
    rows = own_rows(kind, sender).filter(pk=pk)
    posting = rows.first()
    if posting is None:
        raise Http404
    check_versions(ShownPosting(posting), versions())
    # What was read before it was held may have been changed in between, where any version is taken.
    return _whole(rows, kind)


def _whole(rows: Any, kind: str) -> Any:
    """Return the one posting of these rows, with what its form reads."""
    return rows.for_lists().select_related("contact_person").prefetch_related(PLACES[kind], AT_HAND).get()


def _checked(kind: str, sender: Sender, posting: Any, sent: SentFields) -> PostingForm:
    """Return the form with what was sent. Raises BadBody with everything that is wrong with it at once."""
    _check_agency(sender, posting, sent)
    status = sent.values.get("status")
    publishes = status == PostingStatus.PUBLISHED
    version = version_to_edit(posting, by=sender.person) if posting is not None else None
    stands = content_of(posting, version).targets if posting is not None else []
    wrong = {**sent.wrong, **wrong_places(kind, stands, sent.values)}
    if status == PostingStatus.DRAFT and posting is not None and posting.status != PostingStatus.DRAFT:
        said = _("It is %(status)s: to take it back, withdraw it.")
        wrong["status"] = [said % {"status": str(posting.get_status_display()).lower()}]
    form = fill(
        kind=kind,
        reader=sender.reader,
        posting=posting,
        version=version,
        values=sent.values,
        is_to_be_published=publishes,
    )
    if not form.is_valid() and (posting is None or publishes or sent.has_content):
        wrong.update(errors_of(form, but=wrong))
    if wrong:
        raise BadBody(_by_sent_names(kind, wrong))
    return form


def _by_sent_names(kind: str, wrong: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {PLACES[kind] if name == "place" else name: messages for name, messages in wrong.items()}


def _check_agency(sender: Sender, posting: Any, sent: SentFields) -> None:
    """Raise Http404 where another agency is named, there or not; BadBody where the posting stands under no agency."""
    code = sent.values.get("agency")
    if code is None:
        return
    if code != sender.agency.code:
        raise Http404
    if posting is not None and posting.agency_id is None:
        raise BadBody({"agency": [_("This one stands under the country alone: leave it out.")]})


def _edit(posting: Any, form: PostingForm, sender: Sender) -> None:
    content = form.content()
    posting_module.edit(
        posting=posting,
        values=content.values,
        areas=content.areas,
        modalities=content.modalities,
        targets=content.targets,
        by=sender.person,
        key=sender.key,
    )


def _put_before_others(posting: Any, sender: Sender, sent: SentFields) -> None:
    """Publish it if so asked, or submit it; what is before others already, and vouched for, stays as it is."""
    if sent.values.get("status") != PostingStatus.PUBLISHED or posting.status == PostingStatus.SUBMITTED:
        return
    is_vouched_for = posting.confirmed_on is not None or posting.submitted_at is not None
    if posting.status == PostingStatus.PUBLISHED and (is_vouched_for or waiting_version(posting) is not None):
        return
    with _refusals():
        approval.put_before_others(posting=posting, by=sender.person, key=sender.key)


def _again(posting: Any) -> Any:
    return type(posting).objects.select_related("country", "agency__country").get(pk=posting.pk)


@contextmanager
def _refusals() -> Iterator[None]:
    """Answer what the doors refuse: what is lacking by field, all else in the words that people read."""
    try:
        yield
    except PostingLacks as lacking:
        raise BadBody({lack.field: [lack.words] for lack in lacking.lacks}) from lacking
    except PostingRefused as refused:
        raise StepRefused(str(refused)) from refused


@contextmanager
def _one_reference(kind: str, sender: Sender, reference: str, *, but: Posting | None = None) -> Iterator[None]:
    """Refuse a reference that another posting of the agency has, also one that was written at the same moment."""
    _check_reference(kind, sender, reference, but)
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        _check_reference(kind, sender, reference, but)
        raise


def _check_reference(kind: str, sender: Sender, reference: str, but: Posting | None) -> None:
    if not reference:
        return
    others = MODELS[kind].objects.filter(agency=sender.agency, reference=reference)
    taken = others.exclude(pk=but.pk if but else None).values_list("pk", flat=True).first()
    if taken is not None:
        said = _("You know number %(number)s by this reference already: change that one, or give another reference.")
        raise BadBody({"reference": [said % {"number": taken}]})
