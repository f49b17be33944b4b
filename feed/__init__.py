"""The change feed: what others need to keep an exact copy of what the API lists, for each of its audiences."""
