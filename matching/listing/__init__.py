"""Lists of matches, found by their indexes: what a match keeps of its postings, and the rows of a page by it."""
