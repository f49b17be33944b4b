"""What endpoints that write have in common: bodies, conditions, and answers that are given once."""
