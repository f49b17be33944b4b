"""Runs, what they changed, and what waits for the next."""
