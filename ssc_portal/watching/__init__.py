"""What those who run the portal see of it: health, logs, figures, error reports."""
