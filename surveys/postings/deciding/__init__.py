"""Who decides on what is written, what waits meanwhile, and who is told."""
