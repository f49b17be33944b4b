"""The directory in the admin; who may do what is answered by ssc_portal/admin_permissions.py."""

from directory.admin import affiliation, agency, area, country, designation, group, mail, modality, user

__all__ = ["affiliation", "agency", "area", "country", "designation", "group", "mail", "modality", "user"]
