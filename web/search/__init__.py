"""Search by words: how texts become words, what is kept of them, and how rows are found by them, on both databases."""
