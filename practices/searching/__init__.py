"""How searches find practices."""
