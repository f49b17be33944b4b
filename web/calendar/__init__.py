"""Days: which one it is where, and which of them are worked."""
