"""Reviewing practices, and answering what is asked about them."""
