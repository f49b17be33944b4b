"""Files as rows of text cells: what runs in a child alone (`web/child/`), without Django. `tables.py` is its door."""
