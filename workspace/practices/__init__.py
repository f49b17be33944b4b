"""Practices of the own agency, and questions to the secretariat about practices of all."""
