"""The project: settings, addresses, API root, home page; knows every app by name."""
