"""What one row of a file says: whose it is, its cells, and whether that is new."""
