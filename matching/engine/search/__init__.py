"""The way through all pairs to the best of each."""
