"""What a survey holds of people who answered it: taken out two years after it was given, as for people who leave.

`texts` knows what is personal in a text and what stands in its place; `respondents` finds it in the tables.
"""
