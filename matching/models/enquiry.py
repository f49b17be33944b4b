"""What a side asks the secretariat about a posting of another: how a match may also begin."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.access import Action, scope_of
from directory.models import Agency
from matching.choices import BETWEEN_THE_SIDES, ENQUIRIES_OPEN, EnquiryState, EventKind
from matching.models.fits.match_event import MatchEvent
from surveys.choices import Side
from surveys.models import Need, Offer

if TYPE_CHECKING:
    from directory.models import User

LONGEST_ENQUIRY = 5_000


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    """Enquiries, by who may read and decide them."""

    def received(self) -> "EnquiryQuerySet":
        """Enquiries that the secretariat sees: those that a coordinator has not, or not yet, passed on stay with it."""
        return self.filter(received_at__isnull=False)

    def to_answer(self) -> "EnquiryQuerySet":
        """Enquiries that wait for the secretariat, in the order of their coming.

        Once the pair has been put to both sides the enquiry has had its answer. That follows from the match and is
        kept nowhere: whoever asked sees no change before its side is told, and where the proposal is taken back or
        comes to nothing the enquiry waits again. One that came after the proposal asks something else.
        """
        taken_up = MatchEvent.objects.filter(
            kind=EventKind.PROPOSED,
            at__gte=OuterRef("received_at"),
            match__need=OuterRef("need"),
            match__offer=OuterRef("offer"),
            match__status__in=BETWEEN_THE_SIDES,
        )
        waiting = self.filter(~Exists(taken_up), state=EnquiryState.WITH_SECRETARIAT)
        return waiting.order_by("received_at", "pk")

    def to_pass_on_by(self, user: "User | AnonymousUser | None") -> "EnquiryQuerySet":
        """Enquiries of the agencies of a coordinator's country that wait for the coordinator."""
        scope = scope_of(user, Action.APPROVE_POSTINGS)
        if not scope or scope.everything:
            return self.none()
        waiting = self.filter(scope.of_agencies(), state=EnquiryState.WITH_COORDINATOR)
        return waiting.order_by("asked_at", "pk")

    def for_lists(self) -> "EnquiryQuerySet":
        """With what a list of them shows, in one query."""
        postings = ("need", "offer")
        owners = [f"{posting}__{owner}" for posting in postings for owner in ("country", "agency__country")]
        return self.select_related(*owners, "asked_by", "agency__country", "passed_by", "answered_by")


class Enquiry(models.Model):
    """A person of an agency asks the secretariat about an offer or a need of somebody else.

    `need` and `offer` are a pair where it says which of its own postings it has in mind; else the one asked about
    stands alone. Neither the other side nor anyone else learns of it.
    """

    side = models.CharField(_("asked about"), max_length=5, choices=Side)
    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries"
    )
    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="enquiries"
    )
    agency = models.ForeignKey(Agency, verbose_name=_("for"), on_delete=models.PROTECT, related_name="enquiries")
    text = models.TextField(_("what it asks"), blank=True, max_length=LONGEST_ENQUIRY)
    state = models.CharField(_("state"), max_length=20, choices=EnquiryState)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    received_at = models.DateTimeField(
        _("came to the secretariat"), null=True, help_text=_("Empty: it has not, and the secretariat does not see it.")
    )
    passed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by the coordinator"),
        on_delete=models.PROTECT,
        null=True,
        related_name="passed_enquiries",
    )
    passed_at = models.DateTimeField(_("decided by the coordinator on"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="answered_enquiries",
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("enquiry about a posting")
        verbose_name_plural = _("enquiries about postings")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(side=Side.NEED, need__isnull=False) | Q(side=Side.OFFER, offer__isnull=False),
                name="enquiry_about_a_posting",
            ),
            models.CheckConstraint(
                condition=Q(state=EnquiryState.ANSWERED, answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answer="")
                | ~Q(state=EnquiryState.ANSWERED) & Q(answer="", answered_by__isnull=True, answered_at__isnull=True),
                name="enquiry_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(passed_by__isnull=True, passed_at__isnull=True)
                | Q(passed_by__isnull=False, passed_at__isnull=False),
                name="enquiry_passed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=EnquiryState.WITHDRAWN)
                | Q(state__in=(EnquiryState.WITH_SECRETARIAT, EnquiryState.ANSWERED), received_at__isnull=False)
                | Q(state__in=(EnquiryState.WITH_COORDINATOR, EnquiryState.KEPT_BACK), received_at__isnull=True),
                name="enquiry_received_where_it_is",
            ),
            models.CheckConstraint(
                condition=Q(state=EnquiryState.WITHDRAWN, withdrawn_at__isnull=False)
                | ~Q(state=EnquiryState.WITHDRAWN) & Q(withdrawn_at__isnull=True),
                name="enquiry_withdrawn_on_a_day",
            ),
            # Asked twice is once: while it is open, one person asks once about a pair, and once about a posting alone.
            models.UniqueConstraint(
                fields=["asked_by", "need", "offer"],
                condition=Q(state__in=ENQUIRIES_OPEN, need__isnull=False, offer__isnull=False),
                name="enquiry_once_about_a_pair",
            ),
            models.UniqueConstraint(
                fields=["asked_by", "need"],
                condition=Q(state__in=ENQUIRIES_OPEN, offer__isnull=True),
                name="enquiry_once_about_a_need",
            ),
            models.UniqueConstraint(
                fields=["asked_by", "offer"],
                condition=Q(state__in=ENQUIRIES_OPEN, need__isnull=True),
                name="enquiry_once_about_an_offer",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "received_at"], name="enquiry_state_received"),
            models.Index(fields=["asked_by", "-asked_at"], name="enquiry_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.posting}"

    @property
    def posting(self) -> Any:
        """The posting that is asked about."""
        return self.need if self.side == Side.NEED else self.offer

    @property
    def own(self) -> Any | None:
        """The posting of its own that the asking side has in mind, if it said one."""
        return self.offer if self.side == Side.NEED else self.need

    @property
    def is_open(self) -> bool:
        """Whether it can still be withdrawn."""
        return self.state in ENQUIRIES_OPEN
