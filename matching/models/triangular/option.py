"""A need and two offers that cover it better together, and who may see that."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.access import Action, can, facilitates_only, scope_of
from matching.choices import OPTIONS_DECIDED, Fit, OptionStatus, ReadAs, Word
from matching.models.by_criterion import ADD_UP, Contributions
from matching.models.fits.shown import SHOWN_IS_WHOLE, ShownFit
from matching.models.profile import ScoringProfile
from matching.models.runs.run import MatchRun
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from surveys.models.postings.posting import open_now_q

if TYPE_CHECKING:
    from directory.models import User

POSTINGS = ("need", "pivotal_offer", "facilitating_offer")
"""The three, by the names of their fields."""


class TriangularOptionQuerySet(models.QuerySet["TriangularOption"]):
    """Triangular options, by whom they may be seen."""

    def visible_to(self, user: "User | AnonymousUser | None") -> "TriangularOptionQuerySet":
        """Options that the person may see; the one rule for pages and mails.

        The secretariat sees all. One of the three sides sees those that are proposed to it, and those that it would see
        had nobody decided anything, where it sees each of the three postings by that posting's own rule; a third party
        only where all three allow it. To the public, and to everyone else, an option is a suggestion that was never
        released. Each row carries `read_as`, see `ReadAs`.
        """
        scope, sees_all = scope_of(user, Action.READ_OWN), can(user, Action.READ_EVERYTHING)
        if sees_all or not scope:
            rows = self if sees_all else self.none()
            return rows.annotate(read_as=Value(ReadAs.DESK.value), seen_score=F("score"), seen_word=F("word"))
        own = scope.q("need__") | scope.q("pivotal_offer__") | scope.q("facilitating_offer__")
        needs, offers = Need.objects.visible_to(user), Offer.objects.visible_to(user)
        told = Q(status=OptionStatus.PROPOSED)
        shown = Q(is_shown=True)
        for posting in POSTINGS:
            shown &= Q(**{f"{posting}__status": PostingStatus.PUBLISHED}) & open_now_q(f"{posting}__")
        visible = self.filter(
            own,
            told | shown,
            need__in=needs.order_by().values("pk"),
            pivotal_offer__in=offers.order_by().values("pk"),
            facilitating_offer__in=offers.order_by().values("pk"),
        )
        if facilitates_only(user):
            visible = visible.filter(**{f"{posting}__facilitating_allowed": True for posting in POSTINGS})
        return visible.annotate(
            read_as=Case(When(told, then=Value(ReadAs.DESK.value)), default=Value(ReadAs.SHOWN.value)),
            seen_score=Case(When(told, then=F("score")), default=F("shown_score")),
            seen_word=Case(When(told, then=F("word")), default=F("shown_word")),
        )

    def decided(self) -> "TriangularOptionQuerySet":
        """Options that people have decided: no run touches them."""
        return self.filter(status__in=OPTIONS_DECIDED)

    def for_lists(self) -> "TriangularOptionQuerySet":
        """With what a list of options shows, in one query."""
        return self.select_related(
            "profile",
            "shown_by",
            *(
                f"{posting}__{related}"
                for posting in POSTINGS
                for related in ("country", "agency__country", "response")
            ),
        )


class TriangularOption(Contributions, ShownFit):
    """One need, a pivotal partner's offer and a facilitating partner's; a decided one keeps what it was decided on."""

    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="triangular_options")
    pivotal_offer = models.ForeignKey(
        Offer, verbose_name=_("offer of the pivotal partner"), on_delete=models.PROTECT, related_name="pivotal_options"
    )
    facilitating_offer = models.ForeignKey(
        Offer,
        verbose_name=_("offer of the facilitating partner"),
        on_delete=models.PROTECT,
        related_name="facilitating_options",
    )
    status = models.CharField(_("status"), max_length=20, choices=OptionStatus, default=OptionStatus.SUGGESTED)
    is_triple_south = models.BooleanField(
        _("triple-South"), default=False, help_text=_("The facilitating partner is a country of the South, too.")
    )
    score = models.PositiveIntegerField(_("score, millionths"))
    word = models.PositiveSmallIntegerField(_("fit"), choices=Word)
    rank = models.PositiveIntegerField(_("place in the need's list"), null=True, blank=True)
    shown_rank = models.PositiveIntegerField(
        _("place in the need's list that others see"), null=True, blank=True, editable=False
    )
    profile = models.ForeignKey(
        ScoringProfile, verbose_name=_("profile"), on_delete=models.PROTECT, related_name="triangular_options"
    )
    run = models.ForeignKey(
        MatchRun,
        verbose_name=_("run"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="triangular_options",
    )
    decided_on = models.JSONField(
        _("decided on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The explanation when it was decided."),
    )
    created_at = models.DateTimeField(_("first suggested"), auto_now_add=True)
    scored_at = models.DateTimeField(
        _("scored"), default=timezone.now, editable=False, help_text=_("When its score last changed.")
    )
    updated_at = models.DateTimeField(_("updated"), auto_now=True, db_index=True)

    objects = TriangularOptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("triangular option")
        verbose_name_plural = _("triangular options")
        ordering = ["-score", "need_id", "pivotal_offer_id", "facilitating_offer_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "pivotal_offer", "facilitating_offer"], name="triangularoption_one_a_triple"
            ),
            models.CheckConstraint(
                condition=~Q(pivotal_offer=F("facilitating_offer")), name="triangularoption_two_offers"
            ),
            models.CheckConstraint(condition=ADD_UP, name="triangularoption_parts_add_up"),
            models.CheckConstraint(condition=Q(score__lte=1_000_000), name="triangularoption_score_at_most_one"),
            models.CheckConstraint(
                condition=Q(status=OptionStatus.SUGGESTED) | Q(rank__isnull=True),
                name="triangularoption_places_of_suggestions",
            ),
            models.CheckConstraint(
                condition=Q(status=OptionStatus.SUGGESTED, decided_on__isnull=True)
                | Q(status=OptionStatus.LAPSED)
                | Q(status__in=sorted(OPTIONS_DECIDED), decided_on__isnull=False),
                name="triangularoption_decided_on_something",
            ),
            models.CheckConstraint(condition=SHOWN_IS_WHOLE, name="triangularoption_shown_is_whole"),
            models.CheckConstraint(
                condition=Q(is_shown=True) | Q(shown_rank__isnull=True),
                name="triangularoption_places_of_what_is_shown",
            ),
        ]
        indexes = [models.Index(fields=["status", "-score", "need"], name="triangularoption_queue")]

    def __str__(self) -> str:
        return f"{self.need} ↔ {self.pivotal_offer} + {self.facilitating_offer}"

    @property
    def fit(self) -> Fit:
        """The word of the fit, as the desk sees it."""
        return Word(self.word).fit

    def get_absolute_url(self) -> str:
        """Return the address where it is shown: on its need's page."""
        return f"{reverse('surveys:need', args=[self.need_id])}#triangular"
