"""Where the secretariat works: its pages inside the admin site."""
