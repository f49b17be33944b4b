"""The invented agencies of a trial, for which its people speak."""

from dataclasses import dataclass

from directory.choices import AgencyKind, AgencyRole
from directory.models import Agency, Country

DESCRIPTION = "Invented for the demonstration of this portal: there is no such institution."


@dataclass(frozen=True)
class InventedAgency:
    """One agency; `country` is its ISO3 code, None for a fund of no country."""

    code: str
    name: str
    kind: AgencyKind
    country: str | None
    role: AgencyRole


# Their names say that they are invented, wherever the name stands alone or before that of a true country.
OF_CAMBODIA = InventedAgency(
    "demo-agency-khm", "Invented agency for the demonstration", AgencyKind.NATIONAL_AGENCY, "KHM", AgencyRole.BOTH
)
WINDOW_OF_CAMBODIA = InventedAgency(
    "demo-window-khm", "Invented window for the demonstration", AgencyKind.MINISTRY, "KHM", AgencyRole.BOTH
)
OF_THAILAND = InventedAgency(
    "demo-agency-tha", "Invented agency for the demonstration", AgencyKind.NATIONAL_AGENCY, "THA", AgencyRole.BOTH
)
FUND = InventedAgency(
    "demo-fund", "Invented fund for the demonstration", AgencyKind.FUND, None, AgencyRole.FACILITATING
)
AGENCIES = (OF_CAMBODIA, WINDOW_OF_CAMBODIA, OF_THAILAND, FUND)


def make_agency(code: str) -> Agency | None:
    """Return the invented agency of this code, made where it is not there yet; None where none is called so.

    Raises Country.DoesNotExist where its country is not loaded.
    """
    invented = next((agency for agency in AGENCIES if agency.code == code), None)
    if invented is None:
        return None
    agency = Agency.objects.filter(code=code).first()
    if agency is None:
        country = Country.objects.get(iso3=invented.country) if invented.country else None
        agency = Agency(
            code=code,
            name=invented.name,
            kind=invented.kind,
            country=country,
            role=invented.role,
            description=DESCRIPTION,
        )
        agency.full_clean()
        agency.save()
    return agency
