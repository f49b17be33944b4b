"""The workspace's first page, and the weekly mail of the same: what is new for a side, and what waits for it."""
