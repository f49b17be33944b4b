"""Where agencies work: their postings, their matches, their people. Pages only; the rules stand in the apps below."""
