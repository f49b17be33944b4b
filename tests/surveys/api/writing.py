"""What tests of writing through the API share: a key of Thailand's agency, and requests as its system sends them."""

import json
from typing import Any

from django.test import Client

from directory.choices import KeyScope, Role
from directory.models import ApiKey
from surveys.choices import WindowKind
from surveys.models import CountryWindow
from tests.api import ROOT
from tests.factories import AgencyFactory, ApiKeyFactory, AreaFactory, CountryFactory, ModalityFactory, UserFactory


def writing_key(window: WindowKind = WindowKind.SEVERAL, *, code: str = "tica", iso3: str = "THA") -> ApiKey:
    """A key that writes for an agency, whose country wants it so; its focal point answers for it."""
    country = CountryFactory(iso3=iso3)
    CountryWindow.objects.get_or_create(country=country, defaults={"kind": window})
    agency = AgencyFactory(code=code, country=country)
    person = UserFactory(role=Role.FOCAL_POINT, role__agency=agency)
    return ApiKeyFactory(scopes=[KeyScope.WRITE_POSTINGS], agency=agency, accountable=person)


def send(key: Any, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Any:
    """Send JSON (or `raw`, as it is) with a key; `If_Match="…"` is the header If-Match."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        named["Authorization"] = f"Bearer {key.secret}"
    data = json.dumps(body).encode() if raw is None else raw
    given = {"data": data, "content_type": "application/json"} if method in ("post", "patch") else {}
    return getattr(Client(enforce_csrf_checks=True), method)(f"{ROOT}{path}", headers=named, **given)


def sent(**changes: Any) -> dict[str, Any]:
    """An offer or a need that is complete; its codes are there."""
    AreaFactory(code="energy")
    ModalityFactory(code="training")
    return {
        "title": "Flood warning for small rivers",
        "text": "A course of two weeks.",
        "language": "en",
        "areas": ["energy"],
        "modalities": ["training"],
        **changes,
    }
