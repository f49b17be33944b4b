"""What each of the three sides is written when an option is proposed, as its reader may see it when that is sent."""

from collections.abc import Mapping
from typing import Any

from directory.mail import outbox
from directory.mail.kinds import Purpose, register
from directory.mail.receivers import offices_of, people_of, with_alternates
from directory.models import User
from matching.choices import OptionStatus
from matching.models import TriangularEvent, TriangularOption
from matching.models.triangular.option import POSTINGS

KIND = "option_proposed"


def tell_sides(option: TriangularOption, event: TriangularEvent) -> None:
    """Write to those who speak for the three postings, and to their offices; call it in the step's transaction."""
    for name in POSTINGS:
        posting = getattr(option, name)
        outbox.write(
            kind=KIND,
            key=f"{KIND}:{event.pk}:{name}",
            about={"option": option.pk, "posting": name},
            to=with_alternates(people_of(posting.agency_id, posting.country_id)),
            offices=offices_of(posting.agency_id, posting.country_id),
        )


@register(KIND, purpose=Purpose.ACCOUNT)
def _option_proposed(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the option and the reader's posting; for an office its party alone. None where it is proposed no more."""
    if about["posting"] not in POSTINGS:
        return None
    proposed = TriangularOption.objects.for_lists().filter(pk=about["option"], status=OptionStatus.PROPOSED)
    option = (proposed.visible_to(reader) if reader else proposed).first()
    if option is None:
        return None
    own = getattr(option, about["posting"])
    if reader is None:
        return {"option": None, "party": own.party}
    return {"option": option, "own": own, "party": own.party}
