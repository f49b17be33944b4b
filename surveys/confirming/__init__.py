"""Countries confirm, correct or withdraw what is read of them in an edition, or post in its place; decision 60."""
