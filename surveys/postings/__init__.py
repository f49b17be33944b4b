"""Offers and needs: what is said when one changes, and what one needs before it is published."""
