"""Asking the secretariat about postings of others."""
