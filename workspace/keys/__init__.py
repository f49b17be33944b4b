"""The page of keys to the API: an agency's own, and for managers all."""
