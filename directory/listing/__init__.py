"""Countries, agencies and areas as lists: what they are filtered and ordered by."""
