"""Confirmation campaigns."""
