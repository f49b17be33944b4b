"""The numbers: which postings count, which offers reach which needs, and the words for it."""
