"""Privacy and terms: public pages whose figures are those that the portal goes by."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from directory.people.invitations import VALID_FOR
from directory.people.leaving import ERASED_AFTER_YEARS
from ssc_portal.accounts import known_browser
from ssc_portal.running.daily import RESETS_KEPT_FOR
from web.lists.pages import PublicPage


@dataclass(frozen=True)
class Facts:
    """What the two pages say in figures, each read from where the portal reads it."""

    session_hours: int
    idle_minutes: int
    browser_days: int
    erased_after_years: int
    invitation_days: int
    reset_days: int
    rate_anonymous: str
    rate_user: str

    @classmethod
    def read(cls) -> "Facts":
        """Return the figures as they are set."""
        framework: Any = settings.REST_FRAMEWORK
        rates: dict[str, str] = framework["DEFAULT_THROTTLE_RATES"]
        return cls(
            session_hours=settings.SESSION_COOKIE_AGE // 3600,
            idle_minutes=settings.SESSION_IDLE_SECONDS // 60,
            browser_days=known_browser.LASTS.days,
            erased_after_years=ERASED_AFTER_YEARS,
            invitation_days=VALID_FOR.days,
            reset_days=RESETS_KEPT_FOR.days,
            rate_anonymous=rate_in_words(rates["anon"]),
            rate_user=rate_in_words(rates["user"]),
        )


def rate_in_words(rate: str) -> str:
    """Return a rate as REST framework has it, "300/min", in words."""
    number, _slash, period = rate.partition("/")
    periods = {"s": _("a second"), "m": _("a minute"), "h": _("an hour"), "d": _("a day")}
    times = ngettext("%(number)s request", "%(number)s requests", int(number)) % {"number": number}
    return f"{times} {periods[period[0]]}"


class Privacy(PublicPage, TemplateView):
    """What is kept of people, who sees it, for how long, and how to have it corrected or erased."""

    template_name = "ssc_portal/privacy.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"facts": Facts.read()}


class Terms(Privacy):
    """What holds for whoever uses the portal."""

    template_name = "ssc_portal/terms.html"
