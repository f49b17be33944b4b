"""Scoring profiles, and what other figures would change."""
