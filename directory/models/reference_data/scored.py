"""How many areas and modalities can score: the engine keeps those of a posting as a set of 64 bits.

Disabled entries count, for what refers to them keeps them. Who enters one more is refused by name: in the admin here,
in a file by `directory.reference.plan`. Where a database has more all the same, `too_many` says so.
"""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

MOST_SCORED = 64

Row = TypeVar("Row", bound=models.Model)


def check_room(row: Row, scored: models.QuerySet[Row]) -> None:
    """Raise ValidationError where a row that scores would be one too many among the stored ones that do."""
    others = set(scored.values_list("pk", flat=True))
    if row.pk not in others and len(others) >= MOST_SCORED:
        raise ValidationError(
            _("“%(row)s” would be one too many: %(most)d %(what)s score already, disabled ones included."),
            params={"row": row, "most": MOST_SCORED, "what": row._meta.verbose_name_plural},  # noqa: SLF001
        )


def too_many(scored: models.QuerySet[Row]) -> str:
    """Return in a sentence that more score than can, naming those beyond; empty where it is not so."""
    beyond = [str(code) for code in scored.order_by("pk").values_list("pk", flat=True)[MOST_SCORED:]]
    if not beyond:
        return ""
    return _("%(what)s: at most %(most)d can score, disabled ones included. Beyond these: %(codes)s.") % {
        "what": capfirst(scored.model._meta.verbose_name_plural),  # noqa: SLF001
        "most": MOST_SCORED,
        "codes": ", ".join(beyond),
    }
