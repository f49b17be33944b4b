"""E-mail: an outbox of rows, written with what they tell of, filled in and sent after the commit."""
