"""A match, what is kept of it for lists, and who may see which of it."""
