"""Surveys, offers and needs in the admin; who may do what is answered by ssc_portal/admin_permissions.py."""

from surveys.admin import file_import, need, offer, pending, questionnaire, reading, response, survey, window

__all__ = ["file_import", "need", "offer", "pending", "questionnaire", "reading", "response", "survey", "window"]
