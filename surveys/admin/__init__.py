"""Surveys, offers and needs in the admin; who may do what is answered by ssc_portal/admin_permissions.py."""

from surveys.admin import need, offer, pending, questionnaire, reading, response, survey, window
from surveys.admin.importing import file_import

__all__ = ["file_import", "need", "offer", "pending", "questionnaire", "reading", "response", "survey", "window"]
