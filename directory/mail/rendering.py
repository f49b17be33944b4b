"""Fills in the templates of a mail, in its reader's language and time zone."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from directory.mail.kinds import KINDS, Purpose
from directory.mail.unsubscribing import unsubscribe_address
from directory.models import Mail, User

LONGEST_SUBJECT = 180


@dataclass(frozen=True)
class Rendered:
    """A mail, ready to send; `headers` beside those that every mail has."""

    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


def render(mail: Mail) -> Rendered | None:
    """Return the mail as its reader gets it; None where the reader may not, or does not want to, have it any more."""
    kind, reader = KINDS[mail.kind], mail.to_user
    if reader is not None and not reader.is_active:
        return None
    if kind.purpose == Purpose.REMINDER and reader is not None and not reader.wants_reminders:
        return None
    if kind.purpose == Purpose.WEEKLY and reader is not None and not reader.wants_weekly:
        return None
    with translation.override(_language(reader, mail.about)), timezone.override(zone_of(reader)):
        built = kind.build(reader, mail.about)
        if built is None:
            return None
        unsubscribe = unsubscribe_address(reader, kind.purpose) if reader is not None else ""
        context = {
            "reader": reader,
            "portal_name": settings.PORTAL_NAME,
            "portal_owner": settings.PORTAL_OWNER,
            "portal_url": settings.PORTAL_URL,
            "unsubscribe": unsubscribe,
            **built,
        }
        subject = one_line(_plain(f"mail/{mail.kind}.subject.txt", context))[:LONGEST_SUBJECT]
        text = _plain(f"mail/{mail.kind}.txt", context)
        html = render_to_string(f"mail/{mail.kind}.html", {**context, "subject": subject})
    headers = {}
    if unsubscribe:
        # RFC 8058: the mail program takes the person off by one POST, without a page.
        headers = {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return Rendered(subject=subject, text=text, html=html, headers=headers)


def one_line(text: str) -> str:
    """Return text for a subject or a line: no line breaks, no control characters, none that turn the direction."""
    kept = (
        character
        for character in text
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
    )
    return " ".join("".join(kept).split())


def _plain(template: str, context: Mapping[str, Any]) -> str:
    """Render text: no HTML escaping, no more than one empty line, and nothing that turns the direction of a line."""
    text = render_to_string(template, {**context, "is_plain": True})
    kept = "".join(character for character in text if character in "\n\t" or unicodedata.category(character)[0] != "C")
    return re.sub(r"\n{3,}", "\n\n", kept).strip() + "\n"


def _language(reader: User | None, about: Mapping[str, Any]) -> str:
    wanted = reader.language if reader is not None else str(about.get("language", settings.LANGUAGE_CODE))
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def zone_of(reader: User | None) -> ZoneInfo:
    """Return the reader's time zone; UTC for an office, and where the name of the zone is unknown."""
    try:
        return ZoneInfo(reader.time_zone if reader is not None else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
