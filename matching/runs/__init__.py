"""Every need against every offer, or some lists alone; and what that changes in what is stored."""
