"""Who is told of what happens to a practice: the secretariat of what waits, its agency of what was decided."""

from directory.choices import Role
from directory.mail import outbox
from directory.mail.receivers import people_of, secretariat_people
from directory.models import User
from practices.models import Practice


def tell_reviewers(practice: Practice) -> None:
    """Write to the secretariat that the practice waits for its review."""
    _write("practice_submitted", practice, secretariat_people(Role.REVIEWER))


def tell_agency(practice: Practice) -> None:
    """Write to those who speak for the agency what the secretariat decided."""
    _write("practice_reviewed", practice, people_of(practice.agency_id, None))


def _write(kind: str, practice: Practice, to: list[User]) -> None:
    outbox.write(
        kind=kind,
        key=f"{kind}:{practice.pk}:{practice.updated_at.isoformat()}",
        about={"practice": practice.pk, "status": practice.status},
        to=to,
    )
