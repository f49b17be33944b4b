"""Files brought in: their pages in the admin."""
