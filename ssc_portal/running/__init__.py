"""What keeps the portal running: its day, its health, its logs, and a trial on one machine."""
