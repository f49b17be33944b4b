"""A country posts in place of what others compiled of it: a draft of the row, which goes once that is published."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from directory.choices import AreaUse
from directory.models import User
from surveys.answering.reading.from_answers import without_opening
from surveys.choices import PostingStatus
from surveys.models import ConfirmationRow, Offer
from surveys.models.postings.posting import Posting
from surveys.postings import posting as posting_module
from surveys.postings.deciding.held import PostingRefused, check_may_write, lock, with_origin, words_of
from surveys.postings.named_places import NamedPlace
from surveys.postings.posting import COPIED
from surveys.postings.writing import AnyPosting, place_rows
from web.calendar.days import today

AMOUNT = {"amount": None, "amount_currency": "", "amount_years": "", "amount_note": ""}


@transaction.atomic
def post_in_place(*, posting: AnyPosting, by: User, key: str = "") -> AnyPosting:
    """Return the draft that stands for a compiled row, made of it the first time; the row stays until it is published.

    key: the name of the key that sends it, where a system does.
    Raises PostingRefused for a posting that the country can confirm itself, one that is gone, and where the person does
    not speak for it.
    """
    locked = lock(posting)
    check_may_write(by, locked)
    if not locked.is_compiled:
        raise PostingRefused(_("“%(posting)s” is your own: confirm or change it.") % words_of(locked))
    if locked.status == PostingStatus.ARCHIVED:
        raise PostingRefused(_("“%(posting)s” is archived: nothing can be put in its place.") % words_of(locked))
    row = _row_of(locked)
    begun: Any = _standing(row)
    if begun is not None:
        return begun
    new = _draft_of(locked, by=by, key=key)
    setattr(row, f"new_{row.kind}", new)
    row.save()
    return new


def begun_in_place_of(posting: Posting) -> Posting | None:
    """Return the posting that stands, or is being written, in place of a compiled one; None where none is yet."""
    return _standing(_row_of(posting))


def replaced_by(posting: Posting) -> int | None:
    """Return the id of the compiled posting in whose place this one stands, if any."""
    own = "offer" if isinstance(posting, Offer) else "need"
    return ConfirmationRow.objects.filter(**{f"new_{own}": posting}).values_list(own, flat=True).first()


def _row_of(posting: Posting) -> ConfirmationRow:
    """Return the row of the campaign under way, else the one without a campaign; not saved where there is none."""
    own = {"offer" if isinstance(posting, Offer) else "need": posting}
    rows = ConfirmationRow.objects.filter(**own).select_related("new_offer", "new_need")
    asked = rows.filter(request__isnull=False, request__closed_on__isnull=True)
    found = asked.order_by("-pk").first() or rows.filter(request__isnull=True).order_by("-pk").first()
    return found or ConfirmationRow(**own)


def _standing(row: ConfirmationRow) -> Posting | None:
    begun = row.replacement
    states = (PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.PUBLISHED)
    return begun if begun is not None and begun.status in states else None


def _draft_of(posting: AnyPosting, *, by: User, key: str) -> AnyPosting:
    """Make the draft: what the row states, in no words that say who compiled it."""
    values = {name: getattr(posting, name) for name in COPIED}
    # A text that the portal composed only quotes the cells, with their footnotes: nobody of the country has written it.
    values["text"] = "" if posting.is_composed else without_opening(posting.text)
    values |= {"stated_on": today(), "sent_with_key": key}
    if posting.amount_note:
        # Unclear as printed: the country states its own.
        values |= AMOUNT
    return posting_module.create(
        model=type(posting),
        values=values,
        areas=[area.pk for area in posting.areas.all() if area.use != AreaUse.AS_PRINTED],
        modalities=[modality.pk for modality in posting.modalities.all()],
        targets=[NamedPlace.of(row) for row in place_rows(posting).all()],
        by=by,
        reason=with_origin(f"in place of {posting.pk}, compiled", key),
    )
