"""The language of conditions, constraints and filters: the part of XPath that XLSForm's columns use. No Django here."""
