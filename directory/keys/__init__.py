"""Keys to the API: made and shown once, rotated, adopted, revoked, and asked by each request that carries one."""
