"""Offers and needs by what is asked for: a document for each, and the one function that finds them."""
