"""Whom to ask about a need: for the secretariat by how well their offers fit together, for the need's own side by word.

1. `ranking` is the rule, in whole numbers alone;
2. `overlapping` scores one need against the open offers that a reader may see, on request;
3. `whom` says to the secretariat which agencies and countries to sound out first, and `published` to the need's own
   side which published offers overlap with it;
4. `proposing` proposes a pair that no run has suggested.

Nothing is stored, and people's decisions change no line of it. In words: docs/review.md and docs/matching.md.
"""
