"""Matching runs."""
