"""What is told of a match, and to whom: mails, letters, briefs, contacts."""
