"""How countries, groups, areas, modalities and agencies are named in the API."""

from directory.models import Agency, Country, CountryGroup, Modality, PriorityArea
from web.api.codes import register

COUNTRY = register(
    Country, pattern="[A-Z0-9]{3}", example="KHM", words="Country or territory: ISO 3166-1 alpha-3 code."
)
GROUP = register(CountryGroup, pattern="[A-Z0-9_]{1,40}", example="LDC", words="Group of countries: our code.")
AREA = register(PriorityArea, pattern="[-a-zA-Z0-9_]{1,40}", example="energy", words="Priority area: our code.")
MODALITY = register(Modality, pattern="[-a-zA-Z0-9_]{1,40}", example="training", words="Modality: our code.")
AGENCY = register(
    Agency, pattern="[-a-zA-Z0-9_]{1,60}", example="example-agency", words="Agency: its code on this portal."
)
