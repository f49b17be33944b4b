"""Where things stand in a file: its tool, its table, and the question of each column."""
