"""Single pairs: their score, why they fit, and what keeps them apart."""
