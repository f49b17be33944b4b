"""Triangular options and their steps."""
