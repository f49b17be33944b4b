"""What comes on paper: recording it from a reference and a date, checking its scan, giving the scan out."""
