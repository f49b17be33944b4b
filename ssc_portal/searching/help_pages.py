"""The pages of help, and by which words they are found."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from directory.searching.reading import LEFT_OUT, Query
from web.search.words import stems_in, words_in


@dataclass(frozen=True)
class HelpPage:
    """A page that explains something, and what it answers."""

    name: str
    title: str | Promise
    answers: str | Promise

    @property
    def address(self) -> str:
        """Where it stands."""
        return reverse(self.name)


PAGES = (
    HelpPage(
        "help",
        _("Help"),
        _(
            "How to find, post, publish or confirm an offer or a need; how a match goes; confirmed, unconfirmed, not "
            "yet put to the Government; whom to ask; contact; glossary, words, meaning, definition; agency, area, "
            "coordinator, focal point, fit, LDC, LLDC, SIDS, modality, secretariat, South-South and triangular "
            "cooperation, beneficiary, pivotal and facilitating partner."
        ),
    ),
    HelpPage(
        "working_rules",
        _("Working rules of this portal"),
        _(
            "Which countries and territories take part, the South, developing countries; groups, levels, regions, "
            "sub-regions, graduation; wider and narrower areas, connectivity; member States, definition."
        ),
    ),
    HelpPage(
        "matching:method",
        _("How the score works"),
        _("How offers and needs are compared: areas, modalities, regions, texts; score, fit, match, matching, method."),
    ),
    HelpPage(
        "privacy",
        _("Privacy"),
        _("What is kept of people, who sees it, for how long; personal data, erase, correct, contact, cookies."),
    ),
    HelpPage(
        "terms",
        _("Terms of use"),
        _("Who may use the portal and how; disclaimer, licence, account, invitation, limits of requests."),
    ),
)


def help_found(query: Query) -> list[HelpPage]:
    """Return the pages whose title or answers have all words that were typed but those of any question."""
    typed = [word for word in words_in(query.text) if word not in LEFT_OUT]
    wanted = {stem for word in typed for stem in stems_in(word)}
    return [page for page in PAGES if wanted and wanted <= set(stems_in(f"{page.title} {page.answers}"))]
