"""A need and an offer that fit, and who may see that."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import BooleanField, Case, DateTimeField, ExpressionWrapper, F, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.access import Action, can, scope_of
from matching.choices import COOPERATION, DECIDED, OPEN_TO_RUNS, Fit, MatchStatus, ReadAs, Word
from matching.models.by_criterion import ADD_UP, CONTRIBUTIONS, SHOWN_CONTRIBUTIONS, Contributions
from matching.models.fits.listed import LIST_INDEXES, ListedMatch
from matching.models.fits.seeing import (
    NOT_WITHHELD,
    AskedOfPostings,
    between_public_postings,
    shown_to,
    side_has,
    told_to,
)
from matching.models.fits.shown import SHOWN_IS_WHOLE, ShownFit
from matching.models.profile import ScoringProfile
from matching.models.runs.run import MatchRun
from surveys.choices import Side
from surveys.models import Need, Offer
from surveys.models.window import not_paused

if TYPE_CHECKING:
    from directory.models import User


RELEASE = ("released_at", "released_score", "released_word", "released_as")
"""What goes with a release, and is empty without one."""


class MatchQuerySet(models.QuerySet["Match"]):
    """Matches, by whom they may be seen."""

    def released(self) -> "MatchQuerySet":
        """Fits that a reviewer released, between public postings: what everyone may see, whatever the status."""
        return self.filter(between_public_postings() & NOT_WITHHELD)

    def visible_to(self, user: "User | AnonymousUser | None") -> "MatchQuerySet":
        """Matches that the person may see; the one rule for pages, API, exports and mails.

        Each row carries `read_as` (see `ReadAs`), by which there are `seen_score`, `seen_word` and `seen_since` to
        filter and order by (to be read: `as_seen`); what else may be read of it is `Match.seen`. Whoever was not told
        of a step reads what the pair would show had nobody decided anything, or the release: neither can be told from
        what an undecided pair shows.
        """
        if can(user, Action.READ_EVERYTHING):
            # A step touches updated_at; to those who may not see steps, a fit is as old as what they see of it.
            return self.annotate(read_as=Value(ReadAs.DESK.value)).alias(
                seen_score=F("score"),
                seen_word=F("word"),
                seen_since=F("updated_at"),
            )
        asked = AskedOfPostings(user)
        # The conditions are long: what follows looks at what came of them, instead of asking them again.
        asked_once = self.alias(
            is_told=ExpressionWrapper(told_to(user, asked), BooleanField()),
            is_seen_shown=ExpressionWrapper(shown_to(user, asked), BooleanField()),
        )
        seen = asked_once.filter(Q(is_told=True) | Q(is_seen_shown=True) | between_public_postings() & NOT_WITHHELD)
        read_as = Case(
            When(is_told=True, then=Value(ReadAs.DESK.value)),
            When(is_seen_shown=True, then=Value(ReadAs.SHOWN.value)),
            default=Value(ReadAs.RELEASED.value),
        )
        return seen.annotate(read_as=read_as).alias(
            seen_score=Case(
                When(read_as=ReadAs.DESK, then=F("score")),
                When(read_as=ReadAs.SHOWN, then=F("shown_score")),
                default=F("released_score"),
                output_field=IntegerField(),
            ),
            seen_word=Case(
                When(read_as=ReadAs.DESK, then=F("word")),
                When(read_as=ReadAs.SHOWN, then=F("shown_word")),
                default=F("released_word"),
                output_field=IntegerField(),
            ),
            seen_since=Case(
                When(read_as=ReadAs.DESK, then=F("scored_at")),
                When(read_as=ReadAs.SHOWN, then=F("shown_changed_at")),
                default=F("released_at"),
                output_field=DateTimeField(),
            ),
        )

    def as_seen(self) -> "MatchQuerySet":
        """With `seen_score`, `seen_word` and `seen_since` on each row: each is as long as the rule itself."""
        return self.annotate(seen_score=F("seen_score"), seen_word=F("seen_word"), seen_since=F("seen_since"))

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
        return self.filter(
            not_paused("need__"),
            not_paused("offer__"),
            side_has(Side.NEED, consent_at__isnull=False),
            side_has(Side.OFFER, consent_at__isnull=False),
            status__in=COOPERATION,
            on_hold_at__isnull=True,
        )

    def for_lists(self) -> "MatchQuerySet":
        """With what a list of matches shows, in a fixed number of queries."""
        return self.select_related(
            "profile",
            "shown_by",
            "need__country",
            "need__agency__country",
            "need__response",
            "offer__country",
            "offer__agency__country",
            "offer__response",
        )


@dataclass(frozen=True)
class SeenFit:
    """The figures of a match as one reader sees them; in millionths."""

    read_as: ReadAs
    fit: Fit
    score: int
    parts: dict[str, int]
    """By criterion."""
    profile: ScoringProfile | None
    """None: as released, where the explanation names it."""

    @classmethod
    def released(cls, explanation: dict[str, Any]) -> "SeenFit":
        """Return what the explanation of a release says."""
        parts = {part["code"]: part["contribution"] for part in explanation["criteria"]}
        return cls(ReadAs.RELEASED, Fit(explanation["fit"]), explanation["score"], parts, None)

    @property
    def is_released(self) -> bool:
        """Whether the reader sees the fit as it was released, and not as it stands today."""
        return self.read_as == ReadAs.RELEASED


class Match(Contributions, ShownFit, ListedMatch):
    """One need and one offer that fit; a decided match keeps what it was decided on, and shows others today's fit."""

    # Found through the indexes of the lists below, which begin with them.
    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="matches", db_index=False
    )
    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.PROTECT, related_name="matches", db_index=False
    )
    status = models.CharField(_("status"), max_length=20, choices=MatchStatus, default=MatchStatus.SUGGESTED)
    score = models.PositiveIntegerField(_("score, millionths"))
    word = models.PositiveSmallIntegerField(_("fit"), choices=Word)
    rank_for_need = models.PositiveIntegerField(_("place in the need's list"), null=True, blank=True)
    rank_for_offer = models.PositiveIntegerField(_("place in the offer's list"), null=True, blank=True)
    shown_rank_for_need = models.PositiveIntegerField(
        _("place in the need's list that others see"), null=True, blank=True, editable=False
    )
    shown_rank_for_offer = models.PositiveIntegerField(
        _("place in the offer's list that others see"), null=True, blank=True, editable=False
    )
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
    released_word = models.PositiveSmallIntegerField(
        _("fit when released"), choices=Word, null=True, blank=True, editable=False
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
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

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
                condition=Q(**{f"{name}__isnull": True for name in RELEASE})
                | Q(**{f"{name}__isnull": False for name in RELEASE}),
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
            models.CheckConstraint(condition=SHOWN_IS_WHOLE, name="match_shown_is_whole"),
            models.CheckConstraint(
                condition=Q(is_shown=True) | Q(shown_rank_for_need__isnull=True, shown_rank_for_offer__isnull=True),
                name="match_places_of_what_is_shown",
            ),
        ]
        indexes = [
            *LIST_INDEXES,
            models.Index(fields=["status", "-score", "need", "offer"], name="match_queue"),
            models.Index(fields=["need", "rank_for_need"], name="match_list_of_need"),
            models.Index(fields=["offer", "rank_for_offer"], name="match_list_of_offer"),
            models.Index(fields=["need", "shown_rank_for_need"], name="match_shown_of_need"),
            models.Index(fields=["offer", "shown_rank_for_offer"], name="match_shown_of_offer"),
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

    @property
    def fit(self) -> Fit:
        """The word of the fit, as the desk sees it; for others `seen`."""
        return Word(self.word).fit

    @property
    def seen(self) -> SeenFit:
        """Return the figures that the reader may see for whom `visible_to` fetched the match.

        The only way to them for pages, API, files and mails. A match that was not fetched so has none: AttributeError.
        """
        read_as: str = self.read_as  # type: ignore[attr-defined]
        if read_as == ReadAs.RELEASED:
            return SeenFit.released(self.released_as or {})
        if read_as == ReadAs.SHOWN:
            parts = {name.removeprefix("shown_part_"): getattr(self, name) or 0 for name in SHOWN_CONTRIBUTIONS}
            return SeenFit(ReadAs.SHOWN, Word(self.shown_word or 0).fit, self.shown_score or 0, parts, self.shown_by)
        parts = {name.removeprefix("part_"): getattr(self, name) for name in CONTRIBUTIONS}
        return SeenFit(ReadAs.DESK, self.fit, self.score, parts, self.profile)
