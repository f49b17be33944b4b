"""What every page, list, file and endpoint shares; it knows no reader and no word of the field."""
