"""What a side and its country say to a match, here or by letter."""
