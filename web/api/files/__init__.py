"""Lists of the API as files: in which form an answer is given, whole lists in blocks, and what their columns mean."""
