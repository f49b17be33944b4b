"""Letters received: the list of what came on paper, and what each letter did."""
