"""What is taken as the scan of a letter: a PDF, PNG or JPEG, told by its content and not by its name.

Nothing of it is read, drawn or changed here. It is looked at whether the file begins and ends as its kind does: what
is something else under such a name is refused, and what broke off on its way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.choices import ScanKind

MOST_SCAN_BYTES = 10_000_000
CONTENT_TYPES = {ScanKind.PDF: "application/pdf", ScanKind.PNG: "image/png", ScanKind.JPEG: "image/jpeg"}

_END_OF_A_PDF = 2_048
"""Within so many last bytes stands the end of a PDF: scanners and signatures write something after it."""


def _is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-_END_OF_A_PDF:]


def _is_png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") and data.endswith(b"\0\0\0\0IEND\xaeB`\x82")


def _is_jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff") and data.rstrip(b"\0").endswith(b"\xff\xd9")


_KINDS: dict[ScanKind, Callable[[bytes], bool]] = {
    ScanKind.PDF: _is_pdf,
    ScanKind.PNG: _is_png,
    ScanKind.JPEG: _is_jpeg,
}


@dataclass(frozen=True)
class Scan:
    """The bytes of a scan, and which kind they are."""

    kind: ScanKind
    data: bytes


def checked_scan(data: bytes) -> Scan:
    """Return what was sent as a scan. Raises ValidationError where it is too large, or none of the three kinds."""
    if len(data) > MOST_SCAN_BYTES:
        raise ValidationError(
            _("The scan has more than %(limit)d MB: scan it in grey, or fewer pages of it.")
            % {"limit": MOST_SCAN_BYTES // 1_000_000}
        )
    for kind, is_kind in _KINDS.items():
        if is_kind(data):
            return Scan(kind, data)
    raise ValidationError(_("This is no whole PDF, PNG or JPEG file: scan the letter as one of these."))


class ScanField(forms.FileField):
    """The scan of a letter; what is no scan is refused at the field, and nothing is recorded then."""

    def __init__(self, **kwargs: Any) -> None:
        said = gettext_lazy("PDF, PNG or JPEG, at most 10 MB. Read by that side and the secretariat.")
        accepted = {"accept": ",".join(CONTENT_TYPES.values())}
        super().__init__(
            **{
                "label": gettext_lazy("Scan of it"),
                "help_text": said,
                "required": False,
                "widget": forms.FileInput(attrs=accepted),
                **kwargs,
            }
        )

    def clean(self, data: Any, initial: Any = None) -> Scan | None:
        """Return the scan, or None where none was sent."""
        sent = super().clean(data, initial)
        if not sent:
            return None
        if sent.size > MOST_SCAN_BYTES:
            # Not read first: that is what the limit is for. The check says it in the same words.
            return checked_scan(bytes(MOST_SCAN_BYTES + 1))
        return checked_scan(sent.read())
