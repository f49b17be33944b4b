"""The OpenAPI schema of the whole API: what each operation says, and what all have in common."""
