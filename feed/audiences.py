"""Whose feeds there are: what differs for two readers of the API's lists differs in their feeds, and nothing else."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.access import Action, KeyReader, can
from directory.choices import KeyScope
from directory.models import User


class FeedAudience(models.TextChoices):
    """Readers of the API who see the same rows."""

    ANONYMOUS = "anonymous", _("everyone")
    READ_MATCHES = "read:matches", _("whoever reads computed fits")


def reader_for(audience: FeedAudience) -> AnonymousUser:
    """Return a reader who sees what this audience sees, to ask the rules of visibility for."""
    if audience == FeedAudience.READ_MATCHES:
        return KeyReader(scopes=[KeyScope.READ_MATCHES])
    return AnonymousUser()


def audience_of(user: User | AnonymousUser | None) -> FeedAudience:
    """Return the audience of a person or a key. What someone sees beyond it, such as own drafts, is in no feed."""
    return FeedAudience.READ_MATCHES if can(user, Action.READ_COMPUTED_FITS) else FeedAudience.ANONYMOUS
