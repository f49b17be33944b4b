"""What offers and needs have in common, and the one place that says who may see which posting."""

import datetime as dt
from typing import TYPE_CHECKING, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from directory.access import Action, Scope, can, facilitates_only, scope_of
from directory.models import Agency, Country, Modality, PriorityArea
from directory.models.fields import FoldedTextField
from directory.models.reference_data.country import NAMES
from surveys.choices import PostingStatus, ResponseKind, VersionState, Visibility, WithdrawalReason
from surveys.models.answers.response import Response
from surveys.models.from_file import FromFile
from surveys.models.survey import Survey
from surveys.models.window import decided_by_coordinator, not_paused
from web.calendar.days import first_day_not_ended, last_day_begun

if TYPE_CHECKING:
    from directory.models import User

LONGEST_REFERENCE = 100
OF_A_CARD = (
    "title", "language", "any_modality", "closes_on", "confirmed_on", "status", "visibility", "withdrawal_reason",
)  # fmt: skip

Row = TypeVar("Row", bound="Posting", covariant=True)


def published_q(*visibilities: Visibility, prefix: str = "") -> Q:
    """Return the condition that a posting is published and not paused, and visible to these (none named: to any).

    `prefix` leads to the posting, e.g. "need__".
    """
    condition = Q(**{f"{prefix}status": PostingStatus.PUBLISHED}) & not_paused(prefix)
    return condition & Q(**{f"{prefix}visibility__in": visibilities}) if visibilities else condition


def open_now_q(prefix: str = "") -> Q:
    """Return the condition that a posting's dates hold it open at this moment somewhere on earth, as `open_now`."""
    return _open_q(prefix, latest_opening=last_day_begun(), earliest_closing=first_day_not_ended())


def _open_q(prefix: str, *, latest_opening: dt.date, earliest_closing: dt.date) -> Q:
    opens, closes = f"{prefix}opens_on", f"{prefix}closes_on"
    has_opened = Q(**{f"{opens}__isnull": True}) | Q(**{f"{opens}__lte": latest_opening})
    return has_opened & (Q(**{f"{closes}__isnull": True}) | Q(**{f"{closes}__gte": earliest_closing}))


class PostingQuerySet(models.QuerySet[Row]):
    """Offers or needs, by what may be done with them and by whom they may be seen."""

    def published(self) -> Self:
        """Published and not paused, whatever the visibility and the dates."""
        return self.filter(published_q())

    def public(self) -> Self:
        """Published for everyone, open or closed."""
        return self.filter(published_q(Visibility.PUBLIC))

    def open_on(self, day: dt.date) -> Self:
        """Open on a given day, both of its ends inclusive; no date is no limit."""
        return self.filter(_open_q("", latest_opening=day, earliest_closing=day))

    def open_now(self) -> Self:
        """Open at this moment somewhere on earth: closed when its last day has ended everywhere."""
        return self.filter(open_now_q())

    def confirmed(self) -> Self:
        """What the country's own agency, or the importing manager, vouched for."""
        return self.filter(confirmed_on__isnull=False)

    def retired(self) -> Self:
        """Read in a public edition and shown to everyone until the day set, by which nobody confirmed it."""
        return self.filter(
            not_paused(),
            status=PostingStatus.WITHDRAWN,
            withdrawal_reason=WithdrawalReason.NOT_CONFIRMED,
            visibility=Visibility.PUBLIC,
            survey__is_public=True,
        )

    def visible_to(self, user: "User | AnonymousUser | None") -> Self:
        """Postings that the person may see; the one rule for pages, API, search, exports and mails."""
        if can(user, Action.READ_EVERYTHING):
            return self
        if own := scope_of(user, Action.READ_OWN):
            members = published_q(Visibility.PUBLIC, Visibility.FOCAL_POINTS)
            if facilitates_only(user):
                members &= Q(visibility=Visibility.PUBLIC) | Q(facilitating_allowed=True)
            return self.filter(members | own.q())
        if sent := scope_of(user, Action.POST):
            # A key that writes reads what it writes, drafts too, and of the others what everyone does.
            return self.filter(published_q(Visibility.PUBLIC) | sent.q())
        return self.public()

    def writable_by(self, user: "User | AnonymousUser | None") -> Self:
        """Postings that the person may change in the workspace: of agencies and countries that it speaks for."""
        scope = scope_of(user, Action.POST)
        return self.filter(scope.q()) if scope else self.none()

    def awaiting_approval(self) -> Self:
        """Postings that wait for approval since `waits_since`, whoever gives it, or a proposed version of them does."""
        version = self._versions(VersionState.WAITING).filter(pk=OuterRef("pk"))
        since = Coalesce("submitted_at", Subquery(version.values("proposed_versions__written_at")))
        return self.annotate(waits_since=since).filter(waits_since__isnull=False)

    def sent_back(self) -> Self:
        """Postings that whoever approves has sent back, or a proposed version of them."""
        return self.filter(self.sent_back_q())

    def sent_back_q(self) -> Q:
        """Return the condition of `sent_back`."""
        return ~Q(sent_back_note="") & Q(submitted_at__isnull=True) | self.with_version(VersionState.RETURNED)

    def with_version(self, *states: VersionState) -> Q:
        """Return the condition that a posting has a proposed version in one of these states."""
        return Q(pk__in=self._versions(*states).values("pk"))

    def _versions(self, *states: VersionState) -> "models.QuerySet[Row]":
        # Not by a filter of these rows: a posting with several versions would stand among them more than once.
        return self.model._default_manager.filter(proposed_versions__state__in=states).order_by()  # noqa: SLF001

    def awaiting_approval_by(self, user: "User | AnonymousUser | None") -> Self:
        """Postings that wait for the person's approval: a coordinator's own country's, or for the secretariat the rest.

        The secretariat's are those of agencies beyond one country, and of countries where no coordinator decides.
        """
        submitted = self.awaiting_approval()
        scope = scope_of(user, Action.APPROVE_POSTINGS)
        if not scope:
            return self.none()
        coordinated = decided_by_coordinator("country") | (
            Q(country__isnull=True) & decided_by_coordinator("agency__country")
        )
        return submitted.exclude(coordinated) if scope.everything else submitted.filter(coordinated, scope.q())

    def for_lists(self) -> Self:
        """With what a list of postings shows, in a fixed number of queries."""
        return self.select_related("country", "agency", "agency__country", "survey", "response").prefetch_related(
            "areas", "modalities"
        )

    def for_cards(self) -> Self:
        """With what the cards of a list show, but for what a posting states several of: `cards_of` reads that."""
        names = [f"{country}__{name}" for country in ("country", "agency__country") for name in NAMES]
        return self.select_related("country", "agency__country", "survey", "response").only(
            *OF_A_CARD, "agency__name", "agency__acronym", "survey__stated_on", "response__kind", *names
        )


class Posting(FromFile):
    """An offer or a need: what a country or an agency puts before the others."""

    country = models.ForeignKey(
        Country,
        verbose_name=_("country"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        limit_choices_to={"is_listed": True},
    )
    agency = models.ForeignKey(
        Agency,
        verbose_name=_("agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        help_text=_("Leave empty where the posting stands under the country alone."),
    )
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True, max_length=20_000, help_text=_("Shown publicly. Plain text."))
    language = models.CharField(_("language"), max_length=10, default="en", help_text=_("Of title and text."))
    english_text = models.TextField(
        _("text in English"),
        blank=True,
        max_length=20_000,
        help_text=_("Where title and text are in another language. Shown publicly, compared beside the text."),
    )
    areas = models.ManyToManyField(
        PriorityArea, verbose_name=_("priority areas"), blank=True, related_name="%(class)ss"
    )
    modalities = models.ManyToManyField(Modality, verbose_name=_("modalities"), blank=True, related_name="%(class)ss")
    any_modality = models.BooleanField(
        _("any form, to be discussed"),
        default=False,
        help_text=_("No modality is ruled out: said in place of modalities, or beside those that come first."),
    )
    places = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("How many people; empty is no limit stated.")
    )
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    amount_currency = models.CharField(_("currency"), max_length=3, blank=True, help_text=_("ISO 4217, e.g. USD."))
    amount_years = models.CharField(_("years of the amount, as stated"), max_length=60, blank=True)
    amount_as_printed = models.CharField(_("amount as printed"), max_length=120, blank=True)
    amount_note = models.TextField(_("note on the amount"), blank=True, help_text=_("Shown publicly."))
    contact = models.TextField(
        _("contact"), blank=True, help_text=_("Never shown publicly: only to a partner, once introduced.")
    )
    contact_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("contact person"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact_of_%(class)ss",
        help_text=_("Never shown publicly: only to a partner, once introduced."),
    )
    delivery_languages = models.JSONField(
        _("languages of delivery"), default=list, blank=True, help_text=_("Codes of ISO 639-1; empty is not stated.")
    )
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    closes_on = models.DateField(
        _("closes on, inclusive"),
        null=True,
        blank=True,
        help_text=_("Closed when that day has ended everywhere on earth; empty is open."),
    )
    stated_on = models.DateField(_("stated on"), null=True, blank=True, help_text=_("The date of the source."))
    confirmed_on = models.DateField(
        _("confirmed on"),
        null=True,
        blank=True,
        help_text=_("The day on which the country's own agency vouched for it. Empty: shown as not confirmed."),
    )
    status = models.CharField(_("status"), max_length=12, choices=PostingStatus, default=PostingStatus.DRAFT)
    visibility = models.CharField(_("visible to"), max_length=12, choices=Visibility, default=Visibility.PUBLIC)
    facilitating_allowed = models.BooleanField(
        _("facilitating partners may see it"),
        default=False,
        help_text=_("Third parties of triangular cooperation: funds, banks, developed countries."),
    )
    submitted_at = models.DateTimeField(
        _("waits for approval since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Set while the coordinator or the secretariat has to approve, or to confirm what a survey said."),
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("submitted by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="submitted_%(class)ss",
    )
    sent_back_note = models.TextField(
        _("sent back with this note"), blank=True, help_text=_("Shown to the agency until it submits again.")
    )
    withdrawal_reason = models.CharField(_("withdrawn because"), max_length=20, choices=WithdrawalReason, blank=True)
    withdrawal_note = models.TextField(
        _("note on the withdrawal"), blank=True, help_text=_("Shown to the own side and the secretariat.")
    )
    form_key = models.UUIDField(
        _("key of the form"),
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("One form sent twice makes one posting."),
    )
    reference = models.CharField(
        _("reference of the agency"),
        max_length=LONGEST_REFERENCE,
        blank=True,
        editable=False,
        help_text=_("By which the agency's own system knows it; shown to nobody else."),
    )
    sent_with_key = models.CharField(
        _("sent in through the API, with key"),
        max_length=100,
        blank=True,
        editable=False,
        help_text=_("The name of the key; empty once a person has edited it."),
    )
    survey = models.ForeignKey(
        Survey,
        verbose_name=_("survey"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
    )
    response = models.ForeignKey(
        Response,
        verbose_name=_("response"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
    )
    response_part = models.PositiveSmallIntegerField(
        _("part of the response"),
        default=0,
        editable=False,
        help_text=_("Which repetition of a section it was made from, counted from 0."),
    )
    edited_on = models.DateTimeField(
        _("edited by a person"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("An import does not overwrite what a person has edited."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True, db_index=True)
    search_text = FoldedTextField(sources=("title", "text", "english_text"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def posting_country(self) -> Country | None:
        """The country whose posting it is: its own, else its agency's."""
        return self.country or (self.agency.country if self.agency else None)

    @property
    def party(self) -> str:
        """Who posts, in words: the agency with its country, or the country alone."""
        country = self.posting_country
        if self.agency is None:
            return str(country)
        return f"{self.agency}, {country}" if country else str(self.agency)

    @property
    def title_says_who(self) -> bool:
        """Whether the title begins with who posts, as those do that the portal composes for a country alone."""
        return self.title_begins_with(self.party)

    def title_begins_with(self, party: str) -> bool:
        """Whether the title says that this is who posts: `title_says_who` for whom `party` is known."""
        return self.title.startswith(f"{party}: ")

    def is_within(self, scope: Scope) -> bool:
        """Whether the posting is among those that the scope reaches; as `Scope.q` says it to the database."""
        countries = frozenset({self.country_id, self.agency.country_id if self.agency else None})
        return scope.covers(agency_id=self.agency_id, countries=countries)

    @property
    def modality_words(self) -> list[str]:
        """How it would cooperate, in words: its modalities, and that any form can be discussed."""
        return self.with_any_modality([str(modality) for modality in self.modalities.all()])

    def with_any_modality(self, words: list[str]) -> list[str]:
        """Return the words of its modalities, and after them that any form can be discussed, where it can."""
        return [*words, gettext("Any form, to be discussed")] if self.any_modality else words

    @property
    def is_confirmed(self) -> bool:
        """Whether the country's own agency has vouched for it."""
        return self.confirmed_on is not None

    @property
    def is_composed(self) -> bool:
        """Whether title and text are as the portal made them of answers: nobody has edited it since."""
        return self.response_id is not None and self.edited_on is None

    @property
    def is_compiled(self) -> bool:
        """Whether it was read from public sources rather than answered by the country."""
        return self.response is not None and self.response.kind == ResponseKind.COMPILED

    @property
    def is_retired(self) -> bool:
        """Whether it was withdrawn because nobody confirmed by the day set what was read in a survey."""
        return self.status == PostingStatus.WITHDRAWN and self.withdrawal_reason == WithdrawalReason.NOT_CONFIRMED

    @property
    def is_closed(self) -> bool:
        """Whether its last day has ended everywhere on earth."""
        return self.closes_on is not None and self.closes_on < first_day_not_ended()

    @property
    def is_open(self) -> bool:
        """Whether its dates hold it open at this moment somewhere on earth, as `open_now` finds it."""
        return not self.is_closed and (self.opens_on is None or self.opens_on <= last_day_begun())


NEWEST_FIRST = (F("confirmed_on").desc(nulls_last=True), F("stated_on").desc(nulls_last=True), "id")
