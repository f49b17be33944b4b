"""What the page of a country answers, put together from what all apps know of it."""
