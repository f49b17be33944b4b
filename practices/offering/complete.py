"""What a practice needs before the secretariat looks at it."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.choices import AreaUse
from practices.models import Practice
from practices.offering.refusing import PracticeRefused

UNTITLED = "Untitled"
LACKS: dict[str, Promise] = {
    "title": gettext_lazy("Give it a title."),
    "text": gettext_lazy("Say what was done, and how."),
    "areas": gettext_lazy("Choose at least one priority area."),
}


def lacks(*, title: str, text: str, areas: Iterable[Any]) -> dict[str, Promise]:
    """Return what is lacking, by field, in words; a tag is no area."""
    lacking = {
        "title": title.strip() in ("", UNTITLED),
        "text": not text.strip(),
        "areas": not any(area.use == AreaUse.AREA for area in areas),
    }
    return {field: LACKS[field] for field, is_lacking in lacking.items() if is_lacking}


def check_complete(practice: Practice) -> None:
    """Raise PracticeRefused, saying what is lacking, unless the practice can be reviewed."""
    if found := lacks(title=practice.title, text=practice.text, areas=practice.areas.all()):
        said = {"practice": practice.title, "lacks": " ".join(map(str, found.values()))}
        raise PracticeRefused(_("“%(practice)s” is not complete. %(lacks)s") % said)
