"""Files as sheets of text cells, and text cells as numbers, dates and amounts; strictly, and without the database."""
