"""Gives positions to what has changed for an audience: one process at a time, in short transactions."""
