"""Triangular options: a need, the offer of a pivotal partner and that of a facilitating partner (docs/matching.md)."""
