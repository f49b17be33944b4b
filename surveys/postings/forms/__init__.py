"""The form of an offer or a need, on a page and as a workbook."""
