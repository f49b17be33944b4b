"""The REST API of practices."""
