"""Who has an account, for which agency, with which rights."""
