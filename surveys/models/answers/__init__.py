"""Questionnaires, what was answered, and what is still to be read of it."""
