"""The life of a match, from suggestion to outcome, and what a change leaves to be matched."""
