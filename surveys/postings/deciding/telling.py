"""Writes to those whom an approval concerns: who gives it, and who asked for it."""

from directory.choices import Role
from directory.mail import outbox
from directory.mail.receivers import coordinators_of, secretariat_people
from directory.models import User
from surveys.models import ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.windows import is_approved_by_coordinator


def tell_approvers(posting: Posting, *, version: ProposedVersion | None = None) -> None:
    """Write to whom approves the posting that it waits, or that a proposed version of it does."""
    is_coordinators = is_approved_by_coordinator(posting)
    _write(
        "posting_submitted",
        posting,
        coordinators_of(posting.country_id, posting.agency_id) if is_coordinators else secretariat_people(Role.MANAGER),
        version,
    )


def tell_submitter(
    kind: str, posting: Posting, submitter: User | None, *, version: ProposedVersion | None = None
) -> None:
    """Write to whoever submitted a posting, or a version of it, what became of it; to nobody where nobody is known."""
    if submitter is not None:
        _write(kind, posting, [submitter], version)


def _write(kind: str, posting: Posting, to: list[User], version: ProposedVersion | None) -> None:
    of = "offer" if hasattr(posting, "targets") else "need"
    # A version leaves the posting as it is: when that was written tells two versions of it not apart.
    occasion = posting.updated_at.isoformat() if version is None else f"version-{version.pk}"
    outbox.write(
        kind=kind,
        key=f"{kind}:{of}:{posting.pk}:{occasion}",
        about={"kind": of, "posting": posting.pk},
        to=to,
    )
