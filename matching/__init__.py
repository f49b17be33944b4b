"""What fits: the engine, runs, matches, review, coverage."""
