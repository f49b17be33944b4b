"""The search over everything: one box, what it found of each kind, and where to go on."""
