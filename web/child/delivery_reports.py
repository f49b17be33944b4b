"""Reads what mail servers send back (RFC 3464), in a child alone: anybody can write to the mailbox that it comes to.

Python's parser holds each line against the boundary of every part around it, and counts quotation marks anew at each
semicolon: a header of 100 kB, all semicolons, takes it a minute.
"""

import json
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from web.child.refusing import Refused

OF_ONE_RECIPIENT = ("Final-Recipient", "Original-Recipient", "X-Actual-Recipient")


def answer(data: bytes, options: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield, as JSON, what a notification says: its date, whom mail did not reach, and which mail came back.

    `recipients` is empty where the message is no notification. Refuses with `no_status` where it says that it is one,
    and has no part for machines.
    """
    report = message_from_bytes(data)
    recipients: list[dict[str, Any]] = []
    message_id = ""
    if _is_notification(report):
        parts: Any = report.get_payload() if report.is_multipart() else []
        status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
        if status is None:
            raise Refused("no_status")
        recipients = [_recipient(block) for block in status.walk() if block.get("Action") is not None]
        message_id = next((_text(mail, "Message-ID") for mail in map(_returned, parts) if mail is not None), "")
    said = {"date": _date(report), "recipients": recipients, "message_id": message_id}
    yield json.dumps(said).encode()


def _is_notification(message: Any) -> bool:
    kind = str(message.get_param("report-type", "")).lower()
    return message.get_content_type() == "multipart/report" and kind == "delivery-status"


def _recipient(block: Any) -> dict[str, Any]:
    addresses = [_address(_text(block, name)) for name in OF_ONE_RECIPIENT]
    return {
        "addresses": [address for address in addresses if address],
        # Either may have a remark in brackets behind it.
        "action": _text(block, "Action").partition(" ")[0].lower(),
        "status": _text(block, "Status").partition(" ")[0],
        "said": _text(block, "Diagnostic-Code"),
    }


def _address(value: str) -> str:
    """Return the address of `rfc822; Name@Example.org`, in small letters."""
    kind, parted, behind = value.partition(";")
    return parseaddr(behind if parted else kind)[1].lower()


def _returned(part: Any) -> "Message | None":
    """Return the mail that a part gives back, whole or its headers alone."""
    kind = part.get_content_type()
    if kind == "text/rfc822-headers":
        return message_from_bytes((part.get_payload(decode=True) or b"").lstrip())
    if part.get_content_maintype() == "message" and kind != "message/delivery-status" and part.is_multipart():
        return part.get_payload(0)
    return None


def _text(message: Any, name: str) -> str:
    """Return a header as one line; bytes beyond ASCII become question marks."""
    return " ".join(str(message.get(name, "")).split())


def _date(message: Any) -> str | None:
    try:
        date = parsedate_to_datetime(_text(message, "Date"))
        return date.isoformat() if date.tzinfo is not None else None
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
