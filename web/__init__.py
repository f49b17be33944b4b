"""What the web side of every app needs, and no app in particular: long jobs and, one day, pages and files."""
