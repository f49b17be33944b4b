"""Pages with a list: made of parts that an index finds, and kept for whoever comes next."""
