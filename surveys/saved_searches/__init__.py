"""Searches of offers and needs that people keep, and the mails on what they newly find."""
