"""Why a feed cannot be read on."""

from http import HTTPStatus

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException


class PositionGone(APIException):
    """The position is of a feed that is no more, or of before what was forgotten: 410, with what to do."""

    status_code = HTTPStatus.GONE

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing can be told from this position any more: it is older than 90 days, of another reader, or the "
                "database was restored. Make the copy anew: ask without “after”, and remove what does not come."
            )
        )


class NotReady(APIException):
    """The feed has not looked at everything yet, which a first deployment or a restore asks for: 503."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    wait = 60
    """Seconds."""

    def __init__(self) -> None:
        super().__init__(_("The feed of changes is being made ready. Ask again in a minute."))
