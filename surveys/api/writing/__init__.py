"""Offers and needs sent in by an agency's own system, with its key."""
