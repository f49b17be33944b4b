"""How a write is noticed: the tables that are watched, the triggers upon them, and what hangs on what."""
