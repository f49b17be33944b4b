"""An edition that a file opens.

Until the file is written it is words on the import, so that a file that is refused or dropped leaves none behind; it is
made in the transaction that writes its first rows.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from directory.models import User
from surveys.editions import add_edition, next_edition
from surveys.models import Import, Survey
from surveys.questionnaires.asked import Asked
from surveys.reading.cells import ImportRefused


@dataclass(frozen=True, slots=True)
class NewEdition:
    """What a person says of an edition that a file is to open; `like`: whose questionnaire it takes over."""

    code: str
    title: str
    stated_on: dt.date | None
    like: Survey

    @property
    def columns(self) -> Mapping[str, Any]:
        """Return it as an import keeps it."""
        stated_on = self.stated_on.isoformat() if self.stated_on else ""
        return {"asks_as": self.like, "opens": {"code": self.code, "title": self.title, "stated_on": stated_on}}


def edition_of(file_import: Import) -> Survey:
    """Return the edition of an import: where the file opens it and is not written yet, one that is not saved."""
    if file_import.survey is not None:
        return file_import.survey
    opens = file_import.opens
    return next_edition(
        like_of(file_import),
        code=opens["code"],
        title=opens["title"],
        stated_on=dt.date.fromisoformat(opens["stated_on"]) if opens["stated_on"] else None,
    )


def like_of(file_import: Import) -> Survey:
    """Return the edition whose questionnaire the file is read by."""
    like = file_import.survey or file_import.asks_as
    if like is None:
        raise ValueError(f"The import {file_import.pk} is of no edition.")
    return like


def asked_of(file_import: Import) -> Asked:
    """Return what the edition of an import asks, or will ask."""
    if file_import.survey is not None:
        return Asked.of(file_import.survey)
    return Asked.to_be(edition_of(file_import), like_of(file_import))


def open_its_edition(file_import: Import, *, by: User | None) -> None:
    """Make the edition that a file opens, in the transaction that writes it. Raises ImportRefused for a code taken."""
    if file_import.survey is not None:
        return
    edition = edition_of(file_import)
    try:
        with transaction.atomic():
            file_import.survey = add_edition(edition, like=like_of(file_import), by=by)
    except IntegrityError:
        file_import.survey = None
        raise ImportRefused(
            _("An edition of the code “%(code)s” has been made since: bring the file in there.")
            % {"code": edition.code}
        ) from None
    file_import.save(update_fields=["survey"])
