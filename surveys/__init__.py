"""What they said: surveys, responses, file imports, offers, needs."""
