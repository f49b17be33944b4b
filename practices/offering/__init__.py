"""Writing practices: drafted by an agency, made of a completed match, reviewed by the secretariat."""
