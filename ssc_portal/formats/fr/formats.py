"""Dates as the United Nations writes them in French: 25 novembre 2026, 9 h 30."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = r"j F Y, G \h i"
TIME_FORMAT = r"G \h i"
SHORT_DATE_FORMAT = "j M Y"
MONTH_DAY_FORMAT = "j F"
YEAR_MONTH_FORMAT = "F Y"

# What a field for a date holds is written as browsers write it, whatever the language: first of what is read.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"]
