"""What a coordinator decides for the whole country."""
