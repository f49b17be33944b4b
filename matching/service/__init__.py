"""Matching as a service: a need or an offer given in a request, scored against what is open, and stored nowhere."""
