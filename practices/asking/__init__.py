"""Questions to the secretariat about practices."""
