"""The REST API of the change feed."""
