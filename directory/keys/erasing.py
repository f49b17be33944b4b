"""What a key says of a person whose details are erased: its name may be somebody's own, "Laptop of …"."""

import re
from collections.abc import Iterable

from django.db.models import Q

from directory.models import ApiKey, User

LEFT_OUT = "…"


def erase_from_names(user: User, texts: Iterable[str]) -> int:
    """Take these texts out of the names of keys that the person made or answered for; return how many rows had one.

    texts: what said who the person was. The history is rewritten in place: an erasure that it kept would be none.
    """
    found = 0
    own = Q(made_by=user) | Q(accountable=user)
    keys = ApiKey.history.filter(own).values("id")
    for text in texts:
        named = re.compile(re.escape(text), re.IGNORECASE)
        for model in (ApiKey, ApiKey.history.model):
            for row in model._base_manager.filter(Q(id__in=keys) | own, name__icontains=text):  # noqa: SLF001
                name = named.sub(LEFT_OUT, row.name)
                found += model._base_manager.filter(pk=row.pk).update(name=name)  # noqa: SLF001
    return found
