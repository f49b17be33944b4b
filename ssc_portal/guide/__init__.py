"""Pages that say how the portal is used, by which rules it reads, what it keeps of people, and what holds for whom."""
