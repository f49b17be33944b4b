"""What a country answers: filled in, sent in, approved, stored, and what becomes of it."""
