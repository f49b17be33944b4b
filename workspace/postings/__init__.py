"""Offers and needs: posting, confirming, approving."""
