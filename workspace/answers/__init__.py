"""Answering a survey in the workspace."""
