"""The criteria of the score and the gates."""
