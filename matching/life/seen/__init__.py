"""What is seen of the life of a match: by a side, by a page that may be out of date, and in figures."""
