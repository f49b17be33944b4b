"""Proposals to answer, introductions, outcomes."""
