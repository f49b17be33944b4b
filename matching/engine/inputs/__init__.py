"""What the engine reads: tables, texts and a profile, checked by themselves and against each other."""
