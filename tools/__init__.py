"""What `make` runs around the portal: set-up, tests, pictures."""
