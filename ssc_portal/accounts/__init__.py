"""Accounts: what allauth does here, which of its addresses are ours, and which browsers an account knows."""
