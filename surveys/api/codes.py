"""How survey editions are named in the API."""

from surveys.models import Survey
from web.api.codes import register

SURVEY = register(
    Survey, pattern="[-a-zA-Z0-9_]{1,60}", example="escap-unossc-2018", words="Survey edition: its code on this portal."
)
