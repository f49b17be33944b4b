"""What is shown of a posting: its source, its own words, whom it reaches, its history, and what a page showed of it."""
