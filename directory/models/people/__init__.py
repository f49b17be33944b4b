"""Who has an account, for which agency, by what designation."""
