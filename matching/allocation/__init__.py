"""Which matches to propose: a plan that serves as many needs as places allow, priority countries first.

The queue shows each match by itself. But offers state places: to propose the best pair of one need may take the last
place from a need that has no other offer. So the choice is made for all at once: from the suggestions that may be
proposed today, those that serve most needs (a need of a priority country counts more), then those with the greatest sum
of scores. A person reads the plan, and proposes it or not; nothing is proposed by itself.

1. `candidates` reads what is at choice, by the rule that the step "propose" asks too, with the places that are left;
2. `weighing` says what each need counts, by the groups of its country;
3. `solving` chooses, in numbers alone;
4. `giving_up` sets the plan beside others: without weights, and best score first;
5. `plans` keeps it, and applies it match by match through the same door as a reviewer, who may have been quicker.

In words: docs/review.md and docs/matching.md.
"""
