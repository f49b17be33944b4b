"""How one pair is scored, and said: profiles, inputs, explanations, and the words of criteria and gates."""
