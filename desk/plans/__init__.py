"""Plans of which matches to propose."""
