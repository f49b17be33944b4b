"""The directory in the admin; who may do what is answered by ssc_portal/admin_permissions.py."""

from directory.admin import agency, api_key, mail
from directory.admin.people import affiliation, designation, user
from directory.admin.reference_data import area, country, group, modality, rules_review

__all__ = [
    "affiliation",
    "agency",
    "api_key",
    "area",
    "country",
    "designation",
    "group",
    "mail",
    "modality",
    "rules_review",
    "user",
]
