"""What a survey found: its tables rebuilt from the data, counts by country group, response rate, what changed."""
