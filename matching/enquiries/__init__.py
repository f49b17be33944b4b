"""A side asks the secretariat about a posting of another: asking, passing on, withdrawing, answering; who is told."""
