"""What sides ask the secretariat about postings of others."""
