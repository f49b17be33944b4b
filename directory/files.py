"""Countries and agencies as tables: the columns of their downloads, described in docs/downloads.md."""

from web.files.frames import FrameColumn

COUNTRY_COLUMNS = (
    FrameColumn("country_code", lambda country: country.iso3, "Country or territory.", "ISO 3166-1 alpha-3"),
    FrameColumn("iso2", lambda country: country.iso2, "The same by two letters.", "ISO 3166-1 alpha-2"),
    FrameColumn("m49", lambda country: country.m49, "The same by three digits.", "UN M49"),
    FrameColumn("country", lambda country: country.name, "UN short name in English."),
    FrameColumn("formal_name", lambda country: country.name_formal, "UN formal name in English."),
    FrameColumn(
        "un_status",
        lambda country: country.un_status,
        "Standing in the United Nations.",
        "values of `un_status` in the API",
    ),
    FrameColumn(
        "escap_status",
        lambda country: country.escap_status,
        "Standing in ESCAP; empty: none.",
        "values of `escap_status` in the API",
    ),
)

AGENCY_COLUMNS = (
    FrameColumn("agency_code", lambda agency: agency.code, "Agency.", "codes of /api/v1/agencies/"),
    FrameColumn("agency", lambda agency: agency.name, "Name of the agency."),
    FrameColumn("acronym", lambda agency: agency.acronym, "Acronym."),
    FrameColumn("kind", lambda agency: agency.kind, "What kind of agency it is.", "values of `kind` in the API"),
    FrameColumn(
        "role",
        lambda agency: agency.role,
        "Its part in cooperation; empty: not stated.",
        "values of `role` in the API",
    ),
    FrameColumn("country_code", lambda agency: agency.country_id, "Country or territory.", "ISO 3166-1 alpha-3"),
    FrameColumn("country", lambda agency: agency.country.name if agency.country else None, "UN short name in English."),
    FrameColumn("parent_body", lambda agency: agency.parent_body, "Body that it belongs to."),
    FrameColumn("founded", lambda agency: agency.founded, "Year of founding."),
    FrameColumn("description", lambda agency: agency.description, "What it does."),
    FrameColumn("website", lambda agency: agency.website, "Address of its website."),
)
