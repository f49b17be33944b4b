"""The words of the API's schema that belong to no single app: what it is, its tags, parameters, names and examples."""
