"""XLSForm, as KoboToolbox and ODK have questionnaires: read by the library of the field, and written."""
