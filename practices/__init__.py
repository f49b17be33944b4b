"""What an agency offers to share: good practices and institutional models, reviewed, found, and asked about."""
