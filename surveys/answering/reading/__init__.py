"""What answers say: places, directions, postings."""
