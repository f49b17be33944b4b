"""A need and an offer that fit, and who may see that."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import BooleanField, Case, DateTimeField, F, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.access import Action, agencies_of, can, countries_of
from matching.choices import MatchStatus
from matching.models.profile import ScoringProfile
from matching.models.run import MatchRun
from surveys.choices import PostingStatus, Visibility
from surveys.models import Need, Offer

if TYPE_CHECKING:
    from directory.models import User


_BETWEEN_PUBLIC_POSTINGS = Q(
    need__status=PostingStatus.PUBLISHED,
    need__visibility=Visibility.PUBLIC,
    offer__status=PostingStatus.PUBLISHED,
    offer__visibility=Visibility.PUBLIC,
)
_RELEASED = _BETWEEN_PUBLIC_POSTINGS & Q(released_at__isnull=False)


def _own(user: "User | AnonymousUser | None", side: str) -> Q:
    """Matches whose posting on that side is of the person's agency, or of the country that it coordinates."""
    agencies, countries = agencies_of(user), countries_of(user)
    return Q(**{f"{side}__agency__in": agencies}) | (
        Q(**{f"{side}__country__in": countries}) | Q(**{f"{side}__agency__country__in": countries})
    )


def _shown_to_members(side: str) -> Q:
    """Matches whose posting on that side every focal point may see: a suggestion does not open the others."""
    return Q(
        **{
            f"{side}__status": PostingStatus.PUBLISHED,
            f"{side}__visibility__in": (Visibility.PUBLIC, Visibility.FOCAL_POINTS),
        }
    )


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
        own_need, own_offer = _own(user, "need"), _own(user, "offer")
        return in_full | own_need & (_shown_to_members("offer") | own_offer) | own_offer & _shown_to_members("need")

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


class Match(models.Model):
    """One need and one offer that fit; a decided match keeps what it was decided on."""

    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="matches")
    offer = models.ForeignKey(Offer, verbose_name=_("offer"), on_delete=models.PROTECT, related_name="matches")
    status = models.CharField(_("status"), max_length=20, choices=MatchStatus, default=MatchStatus.SUGGESTED)
    score = models.PositiveIntegerField(_("score, millionths"))
    part_areas = models.PositiveIntegerField(_("from areas, millionths"))
    part_modalities = models.PositiveIntegerField(_("from modalities, millionths"))
    part_region = models.PositiveIntegerField(_("from region, millionths"))
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
            models.CheckConstraint(
                condition=Q(score=F("part_areas") + F("part_modalities") + F("part_region")),
                name="match_parts_add_up",
            ),
            models.CheckConstraint(condition=Q(score__lte=1_000_000), name="match_score_at_most_one"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_score__isnull=True, released_as__isnull=True)
                | Q(released_at__isnull=False, released_score__isnull=False, released_as__isnull=False),
                name="match_released_with_its_explanation",
            ),
        ]
        indexes = [models.Index(fields=["status", "-score", "need", "offer"], name="match_queue")]

    def __str__(self) -> str:
        return f"{self.need} ↔ {self.offer}"

    @property
    def public_id(self) -> str:
        """The pair's ids, need first: a name that tells nothing of how many matches there are."""
        return f"{self.need_id}-{self.offer_id}"

    def get_absolute_url(self) -> str:
        """Return the address of its public page."""
        return reverse("matching:match", args=[self.need_id, self.offer_id])
