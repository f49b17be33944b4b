"""The directory in the admin; who may do what is answered by ssc_portal/admin_permissions.py."""

from directory.admin import (
    affiliation,
    agency,
    api_key,
    area,
    country,
    designation,
    group,
    mail,
    modality,
    rules_review,
    user,
)

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
