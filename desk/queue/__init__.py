"""The match queue, its filters and what stands around it, and the review of one match."""
