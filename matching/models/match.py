"""A need and an offer that fit, and who may see that."""

import datetime as dt
from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import BooleanField, Case, DateTimeField, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.access import Action, can, facilitates_only, scope_of
from matching.choices import BETWEEN_THE_SIDES, CONTACTS_SHOWN, COOPERATION, DECIDED, OPEN_TO_RUNS, MatchStatus
from matching.models.by_criterion import ADD_UP, Contributions
from matching.models.profile import ScoringProfile
from matching.models.runs.run import MatchRun
from surveys.choices import Side, Visibility
from surveys.models import Need, Offer
from surveys.models.posting import published_q
from surveys.models.window import not_paused

if TYPE_CHECKING:
    from directory.models import User


_BETWEEN_PUBLIC_POSTINGS = (
    published_q(Visibility.PUBLIC, prefix="need__")
    & published_q(Visibility.PUBLIC, prefix="offer__")
    & Q(on_hold_at__isnull=True)
)
_RELEASED = _BETWEEN_PUBLIC_POSTINGS & Q(released_at__isnull=False)


def _shown_to(user: "User | AnonymousUser | None", side: Side) -> Q:
    """Matches whose posting on that side the person may see anyway: a suggestion does not open the others."""
    shown = published_q(Visibility.PUBLIC, Visibility.FOCAL_POINTS, prefix=f"{side}__")
    if facilitates_only(user):
        shown &= Q(**{f"{side}__visibility": Visibility.PUBLIC}) | Q(**{f"{side}__facilitating_allowed": True})
    return shown


def _opened_to(side: Side, *, other: Side) -> Q:
    """Matches put to that side: it sees the other's posting whatever its visibility, and still does once introduced."""
    sides = apps.get_model("matching", "MatchSide").objects
    asked = Q(Exists(sides.filter(match=OuterRef("pk"), side=side, asked_at__isnull=False)))
    return asked & (Q(status__in=CONTACTS_SHOWN) | Q(status__in=BETWEEN_THE_SIDES) & published_q(prefix=f"{other}__"))


class MatchQuerySet(models.QuerySet["Match"]):
    """Matches, by whom they may be seen."""

    def released(self) -> "MatchQuerySet":
        """Fits that a reviewer released, between public postings: what everyone may see, whatever the status."""
        return self.filter(_RELEASED)

    def visible_to(self, user: "User | AnonymousUser | None") -> "MatchQuerySet":
        """Matches that the person may see; the one rule for pages, API, exports and mails.

        Each row carries `shown_in_full` (whether the person may see today's score and reasons, or only those of the
        release) and `shown_score` (the one of the two that the person sees), to filter and order by: what a later
        step freezes or moves cannot be told from a released fit.
        """
        in_full = self._seen_in_full_by(user)
        visible = self if can(user, Action.READ_EVERYTHING) else self.filter(in_full | _RELEASED)
        shown_in_full = Case(When(in_full, then=Value(True)), default=Value(False), output_field=BooleanField())
        # A step touches updated_at; to those who may not see steps, a fit is as old as its score.
        since = F("updated_at") if can(user, Action.READ_EVERYTHING) else F("scored_at")
        return visible.annotate(
            shown_in_full=shown_in_full,
            shown_score=Case(When(in_full, then=F("score")), default=F("released_score"), output_field=IntegerField()),
            shown_since=Case(When(in_full, then=since), default=F("released_at"), output_field=DateTimeField()),
        )

    @staticmethod
    def _seen_in_full_by(user: "User | AnonymousUser | None") -> Q:
        """Whose computed score and reasons the person sees as they stand today."""
        if can(user, Action.READ_EVERYTHING):
            return Q(pk__isnull=False)
        in_full = Q(pk__in=[])
        if can(user, Action.READ_COMPUTED_FITS):
            in_full |= _BETWEEN_PUBLIC_POSTINGS & ~Q(status=MatchStatus.LAPSED)
        scope = scope_of(user, Action.READ_OWN)
        if not scope:
            return in_full
        own_need, own_offer = scope.q("need__"), scope.q("offer__")
        own = own_need & (_shown_to(user, Side.OFFER) | own_offer | _opened_to(Side.NEED, other=Side.OFFER))
        own |= own_offer & (_shown_to(user, Side.NEED) | _opened_to(Side.OFFER, other=Side.NEED))
        return in_full | Q(on_hold_at__isnull=True) & own

    def decided(self, on: dt.date) -> "MatchQuerySet":
        """Matches that people have decided: no run touches them. A refusal holds for its term, or for ever."""
        return self.filter(status__in=DECIDED).exclude(self.refusal_over(on))

    @classmethod
    def is_open_to_runs(cls, on: dt.date) -> Q:
        """Matches that a run may suggest, move and let lapse; refused ones once their term is over."""
        return Q(status__in=OPEN_TO_RUNS) | cls.refusal_over(on)

    @staticmethod
    def refusal_over(on: dt.date) -> Q:
        """Matches not taken forward whose term has ended on the day `on`."""
        return Q(status=MatchStatus.NOT_TAKEN_FORWARD, refused_until__isnull=False, refused_until__lte=on)

    def of(self, user: "User | AnonymousUser | None", action: Action) -> "MatchQuerySet":
        """Matches one of whose postings is within the person's scope for the action, whatever else it may see."""
        scope = scope_of(user, action)
        return self.filter(scope.q("need__") | scope.q("offer__")) if scope else self.none()

    def cooperation(self) -> "MatchQuerySet":
        """Agreed or completed cooperation to whose publication both sides have consented: what everyone may see."""
        sides = apps.get_model("matching", "MatchSide").objects.filter(match=OuterRef("pk"))
        return self.filter(
            not_paused("need__"),
            not_paused("offer__"),
            Exists(sides.filter(side=Side.NEED, consent_at__isnull=False)),
            Exists(sides.filter(side=Side.OFFER, consent_at__isnull=False)),
            status__in=COOPERATION,
            on_hold_at__isnull=True,
        )

    def for_lists(self) -> "MatchQuerySet":
        """With what a list of matches shows, in a fixed number of queries."""
        return self.select_related(
            "profile",
            "need__country",
            "need__agency__country",
            "need__response",
            "offer__country",
            "offer__agency__country",
            "offer__response",
        )


class Match(Contributions):
    """One need and one offer that fit; a decided match keeps what it was decided on."""

    # Found through the indexes of the lists below, which begin with them.
    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="matches", db_index=False
    )
    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.PROTECT, related_name="matches", db_index=False
    )
    status = models.CharField(_("status"), max_length=20, choices=MatchStatus, default=MatchStatus.SUGGESTED)
    score = models.PositiveIntegerField(_("score, millionths"))
    rank_for_need = models.PositiveIntegerField(_("place in the need's list"), null=True, blank=True)
    rank_for_offer = models.PositiveIntegerField(_("place in the offer's list"), null=True, blank=True)
    profile = models.ForeignKey(
        ScoringProfile, verbose_name=_("profile"), on_delete=models.PROTECT, related_name="matches"
    )
    run = models.ForeignKey(
        MatchRun, verbose_name=_("run"), on_delete=models.PROTECT, null=True, related_name="matches"
    )
    decided_on = models.JSONField(
        _("decided on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The explanation when it was decided."),
    )
    released_at = models.DateTimeField(_("released"), null=True, blank=True, editable=False)
    released_score = models.PositiveIntegerField(
        _("score when released, millionths"), null=True, blank=True, editable=False
    )
    released_as = models.JSONField(
        _("released as"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The explanation when it was released: what the public sees, unchanged by later steps."),
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned to"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_matches",
    )
    on_hold_at = models.DateTimeField(
        _("on hold since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Seen by the secretariat alone, whatever else; set by a person's check, never by a rule."),
    )
    refused_until = models.DateField(
        _("not suggested again before"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The term of a refusal; a match not taken forward without one is not suggested again."),
    )
    created_at = models.DateTimeField(_("first suggested"), auto_now_add=True)
    scored_at = models.DateTimeField(
        _("scored"), default=timezone.now, editable=False, help_text=_("When its score last changed.")
    )
    updated_at = models.DateTimeField(_("updated"), auto_now=True, db_index=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-score", "need_id", "offer_id"]
        constraints = [
            models.UniqueConstraint(fields=["need", "offer"], name="match_one_a_pair"),
            models.CheckConstraint(condition=ADD_UP, name="match_parts_add_up"),
            models.CheckConstraint(condition=Q(score__lte=1_000_000), name="match_score_at_most_one"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_score__isnull=True, released_as__isnull=True)
                | Q(released_at__isnull=False, released_score__isnull=False, released_as__isnull=False),
                name="match_released_with_its_explanation",
            ),
            models.CheckConstraint(
                condition=Q(status=MatchStatus.SUGGESTED) | Q(rank_for_need__isnull=True, rank_for_offer__isnull=True),
                name="match_places_of_suggestions",
            ),
            models.CheckConstraint(
                condition=Q(status=MatchStatus.SUGGESTED, decided_on__isnull=True)
                | Q(status=MatchStatus.LAPSED)
                | Q(status__in=sorted(DECIDED), decided_on__isnull=False),
                name="match_decided_on_something",
            ),
            models.CheckConstraint(
                condition=Q(status=MatchStatus.NOT_TAKEN_FORWARD) | Q(refused_until__isnull=True),
                name="match_term_of_a_refusal",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-score", "need", "offer"], name="match_queue"),
            models.Index(fields=["need", "rank_for_need"], name="match_list_of_need"),
            models.Index(fields=["offer", "rank_for_offer"], name="match_list_of_offer"),
        ]

    def __str__(self) -> str:
        return f"{self.need} ↔ {self.offer}"

    @property
    def public_id(self) -> str:
        """The pair's ids, need first: a name that tells nothing of how many matches there are."""
        return f"{self.need_id}-{self.offer_id}"

    def get_absolute_url(self) -> str:
        """Return the address of its public page."""
        return reverse("matching:match", args=[self.need_id, self.offer_id])
