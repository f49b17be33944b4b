"""What pages, files and feeds show of practices."""
