"""Whom mail does not reach: a mail server refused the address for good, and ours has taken nothing for it since.

Ours may take a mail that another sends back: until that is read (`directory.mail.bounces`), it counts as taken.
"""

from django.db.models import Exists, OuterRef, QuerySet

from directory.models import Mail, User


def unreached_people() -> QuerySet[User]:
    """Return those in service whose address, as it is now, was refused for good since a mail was last taken for it."""
    own = Mail.objects.filter(to_user=OuterRef("pk"), to_address=OuterRef("email"))
    taken_since = Mail.objects.filter(
        to_user=OuterRef("to_user"),
        to_address=OuterRef("to_address"),
        sent_at__gt=OuterRef("refused_at"),
    )
    refused = own.filter(~Exists(taken_since), refused_at__isnull=False)
    return User.objects.filter(Exists(refused), is_active=True, erased_at=None)
