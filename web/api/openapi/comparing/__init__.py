"""What changed between two OpenAPI schemas, and whether it breaks those who call the older one. Knows no Django."""
