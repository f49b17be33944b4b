"""What is shown of a posting: where it comes from, whom it reaches, its own words, its history, and what a page showed."""
