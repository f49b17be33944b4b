"""Pages that links in mails lead to; each works without a log-in, for one thing alone."""
