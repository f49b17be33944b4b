"""`make clients`: what others would do with the schema of the API, done here, where Node is."""
