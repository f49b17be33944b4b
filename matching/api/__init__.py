"""The REST API of matches and runs."""
