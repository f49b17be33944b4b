"""Practices, and the one place that says who may see which."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.access import Action, can, scope_of
from directory.models import Agency, Country, Modality, PriorityArea
from matching.life.telling.cooperation import told_in_full
from matching.models import Match
from practices.choices import PracticeKind, PracticeStatus
from surveys.models import Offer
from web.models.history import RecordsWithRelations

if TYPE_CHECKING:
    from directory.models import User

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000


class PracticeQuerySet(models.QuerySet["Practice"]):
    """Practices, by what may be done with them and by whom they may be seen."""

    def public(self) -> "PracticeQuerySet":
        """Published by the secretariat, of a country that is not paused.

        One that came of a match is public only while everyone may read of that cooperation and its outcome: it tells
        nothing that the match's own page does not tell.
        """
        tells_nothing_more = Q(match__isnull=True) | Q(match__in=told_in_full().order_by().values("pk"))
        return self.filter(
            tells_nothing_more, status=PracticeStatus.PUBLISHED, agency__country__window__paused_at__isnull=True
        )

    def visible_to(self, user: "User | AnonymousUser | None") -> "PracticeQuerySet":
        """Practices that the person may see, whatever their state: the secretariat all, others public and own ones."""
        if can(user, Action.READ_EVERYTHING):
            return self
        own = scope_of(user, Action.READ_OWN)
        if not own:
            return self.public()
        return self.filter(Q(pk__in=Practice.objects.public().order_by().values("pk")) | own.of_agencies())

    def of(self, user: "User | AnonymousUser | None", action: Action = Action.READ_OWN) -> "PracticeQuerySet":
        """Practices of the agencies that the person speaks for, as far as its role lets it take the action."""
        scope = scope_of(user, action)
        return self.filter(scope.of_agencies()) if scope else self.none()

    def to_review(self) -> "PracticeQuerySet":
        """Practices that wait for the secretariat, in the order of their coming."""
        return self.filter(status=PracticeStatus.SUBMITTED).order_by("submitted_at", "pk")

    def for_lists(self) -> "PracticeQuerySet":
        """With what a list of practices shows, in a fixed number of queries."""
        return self.select_related("agency__country", "match").prefetch_related(
            "areas", "modalities", "countries", "partners"
        )


class Practice(models.Model):
    """What an agency has done, or how it is set up, and offers to share with others. It names an office, no person."""

    agency = models.ForeignKey(
        Agency,
        verbose_name=_("agency"),
        on_delete=models.PROTECT,
        related_name="practices",
        help_text=_("The one that offers to share it."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=PracticeKind, default=PracticeKind.GOOD_PRACTICE)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    text = models.TextField(_("what was done, and how"), blank=True, max_length=LONGEST_TEXT)
    results = models.TextField(_("what came of it"), blank=True, max_length=LONGEST_TEXT)
    conditions = models.TextField(_("what it takes elsewhere"), blank=True, max_length=LONGEST_TEXT)
    language = models.CharField(_("language"), max_length=10, default="en", help_text=_("Of title and texts."))
    english_text = models.TextField(
        _("summary in English"), blank=True, max_length=LONGEST_TEXT, help_text=_("Where the texts are in another.")
    )
    links = models.TextField(_("links"), blank=True, max_length=LONGEST_TEXT, help_text=_("One a line, https only."))
    areas = models.ManyToManyField(PriorityArea, verbose_name=_("priority areas"), blank=True, related_name="practices")
    modalities = models.ManyToManyField(
        Modality,
        verbose_name=_("modalities"),
        blank=True,
        related_name="practices",
        help_text=_("In which forms it can be shared."),
    )
    countries = models.ManyToManyField(
        Country,
        verbose_name=_("countries"),
        blank=True,
        related_name="practices",
        help_text=_("Where it was put to use."),
    )
    partners = models.ManyToManyField(
        Agency, verbose_name=_("together with"), blank=True, related_name="shared_practices"
    )
    offers = models.ManyToManyField(
        Offer,
        verbose_name=_("offers"),
        blank=True,
        related_name="practices",
        help_text=_("Offers of the agency by which it can be shared."),
    )
    match = models.ForeignKey(
        Match,
        verbose_name=_("match"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="practices",
        help_text=_("The completed cooperation that it was made of."),
    )
    status = models.CharField(_("status"), max_length=15, choices=PracticeStatus, default=PracticeStatus.DRAFT)
    submitted_at = models.DateTimeField(_("with the secretariat since"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    review_note = models.TextField(
        _("note of the review"), blank=True, help_text=_("Read by its agency and the secretariat.")
    )
    form_key = models.UUIDField(
        _("key of the form"),
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("One form sent twice makes one practice."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True, db_index=True)

    history = RecordsWithRelations(
        excluded_fields=["form_key"],
        m2m_fields=["areas", "modalities", "countries", "partners", "offers"],
        cascade_delete_history=False,
    )

    objects = PracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice")
        verbose_name_plural = _("practices")
        ordering = [models.F("published_at").desc(nulls_last=True), "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=False) | ~Q(status=PracticeStatus.SUBMITTED),
                name="practice_submitted_at_some_moment",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=False) | ~Q(status=PracticeStatus.PUBLISHED),
                name="practice_published_at_some_moment",
            ),
            models.CheckConstraint(
                condition=~Q(review_note="") | ~Q(status=PracticeStatus.CHANGES_ASKED),
                name="practice_changes_are_asked_with_a_note",
            ),
        ]
        indexes = [models.Index(fields=["status", "published_at"], name="practice_status_published")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of its public page."""
        return reverse("practices:practice", args=[self.pk])

    @property
    def country(self) -> Country | None:
        """The country whose agency shares it; None of an agency beyond one country."""
        return self.agency.country

    @property
    def party(self) -> str:
        """Who shares it, in words: the agency with its country."""
        return f"{self.agency}, {self.country}" if self.country else str(self.agency)

    @property
    def link_lines(self) -> list[str]:
        """Its links, one each."""
        return [line.strip() for line in self.links.splitlines() if line.strip()]

    @property
    def cooperation_id(self) -> str | None:
        """The ids of need and offer of the cooperation that it came of."""
        return self.match.public_id if self.match else None

    def is_within(self, scope: Any) -> bool:
        """Whether its agency is among those that the scope reaches; as `Scope.of_agencies` says it to the database."""
        return bool(scope.covers(agency_id=self.agency_id, countries=frozenset({self.agency.country_id})))
