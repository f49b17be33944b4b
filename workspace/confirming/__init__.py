"""What of a survey edition the own side is asked to confirm."""
