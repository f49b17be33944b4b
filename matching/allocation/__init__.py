"""Which matches to propose: a plan that serves as many needs as places allow, priority countries first.

`solving` is numbers alone; `candidates` reads what is at choice; `weighing` says which countries come first;
`giving_up` compares the plan with others; `plans` makes, applies and discards. In words: docs/review.md.
"""
