"""Offers and needs, and what is kept beside one."""
