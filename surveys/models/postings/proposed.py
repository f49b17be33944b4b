"""What somebody would have a published posting say, whose edits somebody else approves: kept beside what is public."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.choices import OPEN_VERSIONS, VersionState
from surveys.models.postings.need import Need
from surveys.models.postings.offer import Offer
from surveys.models.postings.posting import Posting

if TYPE_CHECKING:
    from directory.models import User


class ProposedVersionQuerySet(models.QuerySet["ProposedVersion"]):
    """Proposed versions, by posting and by whether they are still at hand."""

    def of(self, postings: Collection[Posting]) -> Self:
        """Of these offers and needs."""
        offers = [one.pk for one in postings if isinstance(one, Offer)]
        needs = [one.pk for one in postings if isinstance(one, Need)]
        return self.filter(Q(offer__in=offers) | Q(need__in=needs))

    def at_hand(self) -> Self:
        """Those that wait, or were sent back to whoever wrote them."""
        return self.filter(state__in=OPEN_VERSIONS)

    def close(self, state: VersionState, *, by: "User | None") -> int:
        """End those at hand: what they said stays in the records, but for its contacts, which no history keeps."""
        return self.at_hand().update(
            state=state, decided_by=by, decided_at=timezone.now(), contact="", contact_person=None
        )


class ProposedVersion(models.Model):
    """One version of a posting that is public: it waits, and what is public stays; one at hand a posting.

    Nobody but its own side, who approves it, and the secretariat may learn that there is one.
    """

    offer = models.ForeignKey(
        Offer,
        verbose_name=_("offer"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="proposed_versions",
    )
    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.CASCADE, null=True, blank=True, related_name="proposed_versions"
    )
    content = models.JSONField(
        _("content"), help_text=_("What it changes: values by field, codes of areas and modalities, places.")
    )
    contact = models.TextField(_("contact"), blank=True)
    contact_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("contact person"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact_of_proposed_versions",
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="proposed_versions",
    )
    written_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_with_key = models.CharField(_("sent in through the API, with key"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default=VersionState.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.TextField(_("sent back with this note"), blank=True)

    objects = ProposedVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed version")
        verbose_name_plural = _("proposed versions")
        ordering = ["-written_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(offer__isnull=True, need__isnull=False) | Q(offer__isnull=False, need__isnull=True),
                name="proposedversion_of_one_posting",
            ),
            models.UniqueConstraint(
                fields=["offer"], condition=Q(state__in=OPEN_VERSIONS), name="proposedversion_one_at_hand_an_offer"
            ),
            models.UniqueConstraint(
                fields=["need"], condition=Q(state__in=OPEN_VERSIONS), name="proposedversion_one_at_hand_a_need"
            ),
            models.CheckConstraint(
                condition=Q(state=VersionState.WAITING, decided_at__isnull=True)
                | (~Q(state=VersionState.WAITING) & Q(decided_at__isnull=False)),
                name="proposedversion_decided_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.RETURNED) | ~Q(note=""), name="proposedversion_returned_with_a_note"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_VERSIONS) | Q(contact="", contact_person__isnull=True),
                name="proposedversion_contacts_while_at_hand",
            ),
        ]

    def __str__(self) -> str:
        return str(self.posting)

    @property
    def posting(self) -> Any:
        """The offer or the need."""
        return self.offer or self.need

    @property
    def is_at_hand(self) -> bool:
        """Whether it waits, or was sent back to whoever wrote it."""
        return self.state in OPEN_VERSIONS

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for approval."""
        return self.state == VersionState.WAITING

    @property
    def is_returned(self) -> bool:
        """Whether it was sent back with a note, and can be written anew."""
        return self.state == VersionState.RETURNED
