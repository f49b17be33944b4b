"""Surveys, offers and needs in the admin; who may do what is answered by ssc_portal/admin_permissions.py."""

from surveys.admin import pending, questionnaire, reading, response, survey, window
from surveys.admin.importing import file_import
from surveys.admin.postings import need, offer

__all__ = ["file_import", "need", "offer", "pending", "questionnaire", "reading", "response", "survey", "window"]
